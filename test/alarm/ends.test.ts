import {
  acknowledge,
  arm,
  close,
  closure,
  detect,
  disarm,
  fault,
  faultOver,
  leak,
  open,
  panic,
  press,
  restarted,
  stopped,
  tamper,
  tamperOver,
} from './happenings.ts';
import { house, houseWith, plan } from './plans.ts';
import { story } from './story.ts';

const DAY = 24 * 3600;
const minute = houseWith({ siren: { duration: 60 } });
/** Nobody is missed here, so that a whole day goes by without a row. */
const quiet = house({ zones: { 'front-window': { type: 'perimeter' }, fob: { type: 'panic' } } });

story('a code ends intruder, tamper and fire alarms at once', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, disarm(), 'disarmed', 'no alarm', 'stops intruder code', 'siren off', 'logs disarmed alarm-ended'],
  [30, tamper('keypad'), 'disarmed', 'alarm tamper keypad'],
  [40, disarm(), 'disarmed', 'no alarm', 'stops tamper code', 'logs no disarmed', 'fault tamper:keypad'],
  [50, detect('smoke'), 'triggered'],
  [60, disarm(), 'disarmed', 'no alarm', 'stops fire code'],
]);

story('a visitor’s code ends them too', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, disarm('visitor'), 'disarmed', 'no alarm', 'stops intruder code', 'changed by the visitor'],
]);

story('a wrong code ends nothing', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, disarm('wrong'), 'triggered', 'siren on', 'stops nothing', 'replies bad_code'],
  [21, disarm('none'), 'triggered', 'siren on', 'stops nothing', 'replies bad_code'],
]);

story('an acknowledgement ends nothing', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, acknowledge('a1'), 'triggered', 'siren on', 'stops nothing', 'alarm intruder'],
]);

story('an audible personal alarm: triggered, siren, told', minute, [
  [
    0,
    press('bedside-button'),
    'triggered',
    'siren on',
    'tells personal about bedside-button',
    'alarm personal bedside-button',
  ],
  [60, 'tick', 'disarmed', 'siren off', 'alarm personal bedside-button', 'stops nothing'],
  [70, disarm('visitor'), 'disarmed', 'alarm personal', 'stops nothing', 'replies ok'],
  [80, disarm('resident'), 'disarmed', 'no alarm', 'stops personal code', 'logs no disarmed'],
]);

story('a silent one: told, and nothing on site', plan, [
  [
    0,
    press('fob'),
    'disarmed',
    'siren off',
    'tells personal about fob',
    'no alarm',
    'logs nothing',
    'seals alarm-raised',
  ],
  [10, acknowledge('s1'), 'disarmed', 'no alarm', 'logs nothing', 'seals acknowledged'],
  [20, disarm('visitor'), 'disarmed', 'stops nothing', 'logs nothing', 'replies ok'],
  [30, disarm('resident'), 'disarmed', 'stops personal code', 'logs nothing', 'seals alarm-ended', 'replies ok'],
]);

story('every counted button calls', plan, [
  [0, press('fob', 'release'), 'disarmed', 'tells nobody'],
  [1, press('fob', 'hold'), 'disarmed', 'tells personal'],
  [40, press('fob', 'double'), 'disarmed', 'tells personal'],
]);

story('PANIC needs no code, in any phase, in a lockout, with nobody enrolled', plan, [
  [0, panic({ enrolled: false }), 'disarmed', 'tells personal', 'replies ok', 'logs nothing'],
  [100, disarm('wrong'), 'disarmed'],
  [101, disarm('wrong'), 'disarmed'],
  [102, disarm('wrong'), 'disarmed', 'logs locked-out'],
  [110, panic(), 'disarmed', 'tells personal', 'replies ok', 'logs nothing'],
  [200, arm('home'), 'armed_home'],
  [201, panic(), 'armed_home', 'tells personal', 'replies ok', 'warns nothing', 'logs nothing'],
]);

story('where setting the mode in force is refused, PANIC is answered alike', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [11, arm('home'), 'pending', 'replies not_allowed'],
  [12, panic(), 'pending', 'tells personal', 'replies not_allowed', 'logs nothing'],
  [30, 'tick', 'triggered'],
  [50, panic(), 'triggered', 'tells personal', 'replies not_allowed', 'logs nothing'],
]);

story('a press more than 30 s after the last is a new call, an earlier one is not', plan, [
  [0, press('fob'), 'disarmed', 'tells personal'],
  [30, press('fob'), 'disarmed', 'tells nobody'],
  [60, press('fob'), 'disarmed', 'tells nobody'],
  [90.001, press('fob'), 'disarmed', 'tells personal', 'logs nothing', 'seals alarm-renewed'],
  [120, panic(), 'disarmed', 'tells nobody'],
]);

story('an audible call is not quietened by a silent one', plan, [
  [0, press('fob'), 'disarmed', 'tells personal about fob'],
  [1, press('bedside-button'), 'triggered', 'tells personal about bedside-button', 'siren on'],
]);

story('an audible call sounds anew with each press', minute, [
  [0, press('bedside-button'), 'triggered'],
  [50, press('bedside-button'), 'triggered', 'tells personal'],
  [60, 'tick', 'triggered', 'siren on'],
  [110, 'tick', 'disarmed', 'siren off'],
]);

story('a true code of a resident ends a silent call when the panel is unset already, on site to no effect', plan, [
  [0, arm('home'), 'armed_home'],
  [10, press('fob'), 'armed_home'],
  [20, disarm('visitor'), 'disarmed', 'stops nothing', 'logs disarmed'],
  [30, disarm('resident'), 'disarmed', 'stops personal code', 'logs nothing', 'changed by the visitor'],
]);

story('the service closes a call for help', plan, [
  [0, press('fob'), 'disarmed'],
  [10, closure('s1'), 'disarmed', 'stops personal closure', 'logs nothing', 'seals alarm-ended'],
  [11, press('fob'), 'disarmed', 'tells personal'],
]);

story('duress ends by closure and by no code', plan, [
  [0, arm('home'), 'armed_home'],
  [
    10,
    disarm('duress'),
    'disarmed',
    'tells duress',
    'logs disarmed',
    'seals duress alarm-raised',
    'no alarm',
    'replies ok',
  ],
  [20, disarm('resident'), 'disarmed', 'stops nothing', 'logs nothing'],
  [30, disarm('duress'), 'disarmed', 'tells duress', 'logs nothing'],
  [31, disarm('duress'), 'disarmed', 'tells duress', 'logs nothing'],
  [40, closure('s1'), 'disarmed', 'stops duress closure', 'logs nothing'],
  [50, disarm('duress'), 'disarmed', 'tells duress', 'logs nothing'],
]);

story('a duress code ends an alarm in the local view only', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered', 'alarm intruder'],
  [
    20,
    disarm('duress'),
    'disarmed',
    'no alarm',
    'siren off',
    'stops nothing',
    'tells duress',
    'logs disarmed alarm-ended',
  ],
  [30, acknowledge('a1'), 'disarmed', 'no alarm', 'logs nothing', 'seals acknowledged'],
  [40, closure('a1'), 'disarmed', 'stops intruder closure', 'logs nothing', 'seals alarm-ended'],
]);

story('a true code later ends what was only hidden, but not the duress', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, disarm('duress'), 'disarmed'],
  [30, disarm('resident'), 'disarmed', 'stops intruder code', 'logs nothing'],
]);

story('arming under duress arms, and calls', plan, [
  [0, arm('home', { code: 'duress' }), 'armed_home', 'replies ok', 'tells duress', 'logs armed'],
]);

story('what nobody ends expires after 24 h, and everyone told is told', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, close('front-window'), 'triggered'],
  [DAY + 9.999, 'tick', 'armed_home', 'alarm intruder', 'stops nothing'],
  [DAY + 10, 'tick', 'armed_home', 'no alarm', 'stops intruder expired', 'logs alarm-ended'],
]);

story('a silent one expires with nothing on site', quiet, [
  [0, press('fob'), 'disarmed'],
  [DAY, 'tick', 'disarmed', 'stops personal expired', 'logs nothing', 'seals alarm-ended'],
]);

story('a later press counts the 24 h anew', plan, [
  [0, press('fob'), 'disarmed'],
  [3600, press('fob'), 'disarmed', 'tells personal'],
  [DAY, 'tick', 'disarmed', 'stops nothing'],
  [DAY + 3600, 'tick', 'disarmed', 'stops personal expired'],
]);

story('an overdue expiry comes with the restart', quiet, [
  [0, press('fob'), 'disarmed'],
  [10, stopped, 'disarmed'],
  [DAY + 100, restarted, 'disarmed', 'stops personal expired', 'logs nothing'],
]);

story('a fault of a technical zone: told, no siren, phase unchanged', plan, [
  [0, arm('home'), 'armed_home'],
  [
    10,
    leak('cellar-water'),
    'armed_home',
    'tells fault about cellar-water',
    'siren off',
    'fault technical:cellar-water',
  ],
  [20, disarm(), 'disarmed', 'stops fault code', 'fault technical:cellar-water', 'no alarm'],
]);

story('the hub’s own faults are shown until they are over', plan, [
  [0, fault('disk'), 'disarmed', 'fault disk', 'logs fault', 'tells nobody'],
  [1, fault('disk'), 'disarmed', 'logs nothing'],
  [2, faultOver('disk'), 'disarmed', 'no fault', 'logs fault-cleared'],
  [3, faultOver('disk'), 'disarmed', 'logs nothing'],
]);

story('a tamper in the unset house stays in the attributes until a code', plan, [
  [0, tamper('front-window'), 'disarmed', 'tells tamper about front-window', 'alarm tamper front-window', 'siren off'],
  [10, tamperOver('front-window'), 'disarmed', 'no fault', 'alarm tamper'],
  [20, disarm(), 'disarmed', 'no alarm'],
]);
