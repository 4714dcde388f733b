/*
 * An Arduino Uno without the Arduino: an ATmega328P at 16 MHz that runs the firmware of the given .hex file in simavr, in
 * real time, with its serial line on a pseudo-terminal.
 *
 *   uno FIRMWARE.hex
 *
 * It says on stdout        and hears on stdin
 *   port /dev/pts/N          digital PIN 0|1       outside voltage at a pin, by Arduino number (A0 is 14)
 *   pin N low|high           analog CHANNEL MV     outside voltage at an analogue channel
 *   pin N input|pulled       reset                 the button on the board
 * and ends when stdin does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

#define HZ 16000000UL
#define PINS 20
#define SLICE_US 500

struct place {
    int port; /* 0 for B, 1 for C, 2 for D */
    uint8_t bit;
};

static const char *const names[] = {"low", "high", "input", "pulled"};
enum level { LOW, HIGH, INPUT, PULLED };

static avr_t *board;
static int line;             /* the far end of the firmware's serial line */
static int takes_bytes = 1;  /* the chip's receiver has room */
static enum level said[PINS];
static struct {
    uint8_t direction, latch;  /* as the firmware last wrote DDRx and PORTx */
    uint8_t mask, value;       /* what is wired to the pins */
} ports[3];

static struct place place_of(int pin) {
    if (pin < 8) return (struct place){2, (uint8_t)pin};
    if (pin < 14) return (struct place){0, (uint8_t)(pin - 8)};
    return (struct place){1, (uint8_t)(pin - 14)};
}

static enum level level_of(struct place at) {
    int driven = ports[at.port].direction >> at.bit & 1, set = ports[at.port].latch >> at.bit & 1;
    return driven ? (set ? HIGH : LOW) : (set ? PULLED : INPUT);
}

static void tell_pins(void) {
    for (int pin = 2; pin < PINS; pin++) {
        enum level now = level_of(place_of(pin));
        if (now == said[pin]) continue;
        said[pin] = now;
        printf("pin %d %s\n", pin, names[now]);
    }
    fflush(stdout);
}

/* Called from within the instruction that writes the register, so that no level is too short to be seen. */
static void direction(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    ports[(intptr_t)param].direction = (uint8_t)value;
    tell_pins();
}

static void latch(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq;
    ports[(intptr_t)param].latch = (uint8_t)value;
    tell_pins();
}

static void from_chip(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)param;
    uint8_t byte = (uint8_t)value;
    /* Nobody at the other end: what does not fit is lost, as on a cable. */
    if (write(line, &byte, 1) < 0 && errno != EAGAIN) perror("write");
}

static void room(struct avr_irq_t *irq, uint32_t value, void *param) {
    (void)irq, (void)value;
    takes_bytes = (int)(intptr_t)param;
}

static void drive(int pin, int level) {
    struct place at = place_of(pin);
    int name = 'B' + at.port;
    ports[at.port].mask |= (uint8_t)(1 << at.bit);
    ports[at.port].value = (uint8_t)((ports[at.port].value & ~(1 << at.bit)) | (level << at.bit));
    avr_ioport_external_t held = {
        .name = (unsigned long)name, .mask = ports[at.port].mask, .value = ports[at.port].value};
    avr_ioctl(board, AVR_IOCTL_IOPORT_SET_EXTERNAL(name), &held);
    avr_raise_irq(avr_io_getirq(board, AVR_IOCTL_IOPORT_GETIRQ(name), at.bit), (uint32_t)level);
}

static void press_reset(void) {
    avr_reset(board);
    takes_bytes = 1;
    for (int port = 0; port < 3; port++) ports[port].direction = ports[port].latch = 0;
    tell_pins();
}

static void obey(const char *order) {
    int at, value;
    if (sscanf(order, "digital %d %d", &at, &value) == 2 && at >= 0 && at < PINS) drive(at, value != 0);
    else if (sscanf(order, "analog %d %d", &at, &value) == 2 && at >= 0 && at < 6)
        avr_raise_irq(avr_io_getirq(board, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + at), (uint32_t)value);
    else if (strcmp(order, "reset") == 0) press_reset();
    else fprintf(stderr, "not understood: %s\n", order);
}

/* False once stdin has ended. */
static int hear(void) {
    static char text[1024];
    static size_t have = 0;
    ssize_t got = read(0, text + have, sizeof text - 1 - have);
    if (got == 0) return 0;
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    have += (size_t)got;
    text[have] = 0;
    for (char *end; (end = strchr(text, '\n')) != NULL;) {
        *end = 0;
        obey(text);
        have -= (size_t)(end + 1 - text);
        memmove(text, end + 1, have + 1);
    }
    if (have == sizeof text - 1) have = 0;
    return 1;
}

static void feed(void) {
    avr_irq_t *input = avr_io_getirq(board, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    uint8_t byte;
    while (takes_bytes && read(line, &byte, 1) == 1) avr_raise_irq(input, byte);
}

static int open_line(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return -1;
    /* Held open, so that the line outlives whoever opens and closes it; raw, so that it echoes nothing. */
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    struct termios raw;
    if (slave < 0 || tcgetattr(slave, &raw) != 0) return -1;
    cfmakeraw(&raw);
    if (tcsetattr(slave, TCSANOW, &raw) != 0) return -1;
    printf("port %s\n", ptsname(master));
    fflush(stdout);
    return master;
}

static void quiet(avr_t *avr, const int level, const char *format, va_list rest) {
    (void)avr;
    if (level <= LOG_ERROR) vfprintf(stderr, format, rest);
}

static int build(const char *firmware) {
    uint32_t size = 0, base = 0;
    uint8_t *code = read_ihex_file(firmware, &size, &base);
    avr_global_logger_set(quiet);
    board = avr_make_mcu_by_name("atmega328p");
    if (code == NULL || board == NULL) return 0;
    avr_init(board);
    board->frequency = HZ;
    board->vcc = board->avcc = board->aref = 5000;
    memcpy(board->flash + base, code, size);
    free(code);
    board->pc = base;
    board->codeend = board->flashend;

    uint32_t flags = 0;
    avr_ioctl(board, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(board, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_t *uart = avr_io_getirq(board, AVR_IOCTL_UART_GETIRQ('0'), 0);
    avr_irq_register_notify(uart + UART_IRQ_OUTPUT, from_chip, NULL);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XON, room, (void *)1);
    avr_irq_register_notify(uart + UART_IRQ_OUT_XOFF, room, (void *)0);
    for (intptr_t port = 0; port < 3; port++) {
        avr_irq_t *io = avr_io_getirq(board, AVR_IOCTL_IOPORT_GETIRQ('B' + port), 0);
        avr_irq_register_notify(io + IOPORT_IRQ_REG_PORT, latch, (void *)port);
        avr_irq_register_notify(io + IOPORT_IRQ_DIRECTION_ALL, direction, (void *)port);
    }
    for (int pin = 0; pin < PINS; pin++) said[pin] = INPUT;
    return 1;
}

static uint64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int main(int argc, char **argv) {
    if (argc != 2 || !build(argv[1])) {
        fprintf(stderr, "usage: uno FIRMWARE.hex\n");
        return 2;
    }
    fcntl(0, F_SETFL, O_NONBLOCK);
    if ((line = open_line()) < 0) {
        perror("pseudo-terminal");
        return 3;
    }
    uint64_t due = now_us();
    for (;;) {
        avr_cycle_count_t until = board->cycle + HZ / 1000000 * SLICE_US;
        while (board->cycle < until) {
            int state = avr_run(board);
            if (state == cpu_Done || state == cpu_Crashed) {
                fprintf(stderr, "the chip stopped: %d\n", state);
                return 4;
            }
        }
        feed();
        if (!hear()) return 0;
        /* A machine that was busy, or a process that was stopped, is not caught up with: the board lost that time. */
        due += SLICE_US;
        uint64_t now = now_us();
        if (now < due) usleep((useconds_t)(due - now));
        else if (now > due + 50000) due = now;
    }
}
