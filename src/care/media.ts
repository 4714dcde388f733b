/** What lies between a file and the disk. Neither call throws. */
export interface Media {
  /** Lets go of what the kernel holds of a file in memory, so that the next read asks the disk. */
  forget(fd: number): void;
  /** Gives the blocks of a file back, and tells the disk where the file system passes that on; false where it cannot. */
  discard(fd: number, bytes: number): boolean;
}

const POSIX_FADV_DONTNEED = 4;
const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

/** By libc. Where that cannot be called, reads may be answered from memory and blocks stay where they are. */
export async function openMedia(): Promise<Media> {
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load('libc.so.6');
    const advise = libc.func('int posix_fadvise64(int fd, int64_t offset, int64_t length, int advice)');
    const allocate = libc.func('int fallocate64(int fd, int mode, int64_t offset, int64_t length)');
    return {
      forget: (fd) => void advise(fd, 0, 0, POSIX_FADV_DONTNEED),
      discard: (fd, bytes) => bytes > 0 && allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, bytes) === 0,
    };
  } catch {
    return { forget() {}, discard: () => false };
  }
}
