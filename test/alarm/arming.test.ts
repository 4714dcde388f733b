import {
  acknowledge,
  alive,
  arm,
  close,
  detect,
  disarm,
  lowBattery,
  motionOff,
  motionOn,
  offline,
  open,
  restarted,
  stopped,
  tamper,
  tamperOver,
} from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { story } from './story.ts';
import { freshWorld } from './world.ts';

const night45 = houseWith({ delays: { night: [45, 20] } });
const quick = houseWith({ quickArm: true });

story('an open window blocks, by name, until it is closed', plan, [
  [0, open('front-window'), 'disarmed', 'open front-window'],
  [10, arm('away'), 'disarmed', 'replies zones_open front-window', 'logs nothing'],
  [20, close('front-window'), 'disarmed', 'open nothing'],
  [30, arm('away'), 'arming', 'replies ok', 'warns nothing', 'until 75', 'mode away', 'changed by the resident'],
]);

story('every zone that blocks is named', plan, [
  [0, open('front-window'), 'disarmed'],
  [1, open('loft-window'), 'disarmed'],
  [2, offline('hall'), 'disarmed'],
  [3, open('meter-box'), 'disarmed'],
  [10, arm('away'), 'disarmed', 'replies zones_open front-window loft-window hall meter-box'],
  [11, arm('away', { bypass: ['hall', 'meter-box'] }), 'disarmed', 'replies zones_open front-window loft-window'],
]);

story('only zones of the mode block; others warn', plan, [
  [0, open('loft-window'), 'disarmed'],
  [1, offline('hall'), 'disarmed'],
  [10, arm('home'), 'armed_home', 'replies ok', 'warns lost:hall open:loft-window'],
]);

story('a lost fire detector warns and does not block', plan, [
  [0, offline('smoke'), 'disarmed'],
  [1, arm('home'), 'armed_home', 'warns lost:smoke', 'fault lost:smoke'],
]);

story(
  'what has not been heard since the start warns',
  plan,
  [[0, arm('home', { bypass: [] }), 'armed_home', 'replies ok']],
  freshWorld,
);

story(
  'what stayed silent for its supervision time is lost, and blocks',
  plan,
  [
    [7199, 'tick', 'disarmed', 'no fault'],
    [7200, 'tick', 'disarmed', 'fault lost:front-door lost:front-window lost:hall'],
    [7201, arm('away'), 'disarmed', 'replies zones_open front-door front-window hall'],
    [7202, arm('away', { bypass: ['front-door', 'front-window', 'hall'] }), 'arming', 'replies ok'],
  ],
  freshWorld,
);

story('the supervision time runs on through a stop', plan, [
  [7000, stopped, 'disarmed'],
  [7100, restarted, 'disarmed', 'no fault'],
  [7150, arm('home'), 'armed_home', 'replies ok'],
  [7200, 'tick', 'armed_home', 'fault lost:front-door lost:front-window'],
]);

story('a low battery is a fault and blocks nothing', plan, [
  [0, lowBattery('front-window'), 'disarmed', 'fault battery_low:front-window', 'tells nobody'],
  [1, arm('home'), 'armed_home', 'replies ok'],
]);

story('with an exit delay an open entry door and interior contact do not block', plan, [
  [0, open('front-door'), 'disarmed'],
  [1, open('study-door'), 'disarmed'],
  [10, arm('away'), 'arming', 'replies ok', 'warns open:front-door open:study-door'],
  [20, close('study-door'), 'arming'],
  [54.999, 'tick', 'arming'],
  [55, 'tick', 'pending', 'logs exit-fault entry-started', 'until 85', 'siren off'],
  [84.999, 'tick', 'pending'],
  [85, 'tick', 'triggered', 'tells intruder about front-door', 'siren on'],
]);

story('without one they do', plan, [
  [0, open('front-door'), 'disarmed'],
  [10, arm('home'), 'disarmed', 'replies zones_open front-door'],
]);

story('an exit fault of an interior contact takes the delay of the mode', plan, [
  [0, arm('away'), 'arming'],
  [10, open('study-door'), 'arming'],
  [45, 'tick', 'pending', 'logs exit-fault', 'until 75'],
  [50, disarm(), 'disarmed'],
]);

story('an exit fault takes the shortest of the delays', plan, [
  [0, arm('away'), 'arming'],
  [10, open('front-door'), 'arming'],
  [11, open('back-door'), 'arming'],
  [45, 'tick', 'pending', 'until 55'],
  [55, 'tick', 'triggered', 'tells intruder about front-door back-door'],
]);

story('closing the door ends no exit fault: it has counted', plan, [
  [0, arm('away'), 'arming'],
  [10, open('back-door'), 'arming'],
  [45, 'tick', 'pending'],
  [47, close('back-door'), 'pending'],
  [55, 'tick', 'triggered'],
]);

story('a detector that still reports motion neither blocks nor makes an exit fault', plan, [
  [0, motionOn('hall'), 'disarmed'],
  [1, arm('away'), 'arming', 'replies ok', 'warns nothing'],
  [46, 'tick', 'armed_away', 'open nothing'],
  [50, motionOff('hall'), 'armed_away'],
  [60, motionOn('hall'), 'triggered', 'tells intruder about hall'],
]);

story('the final door ends the exit delay by closing', plan, [
  [0, arm('away'), 'arming'],
  [10, open('front-door'), 'arming'],
  [15, close('front-door'), 'armed_away', 'no delay', 'logs armed'],
  [20, open('front-door'), 'pending', 'until 50'],
]);

story('the final door ends it even when another door was left open', plan, [
  [0, open('study-door'), 'disarmed'],
  [1, arm('away'), 'arming'],
  [10, open('front-door'), 'arming'],
  [15, close('front-door'), 'pending', 'logs armed exit-fault', 'until 45'],
]);

story('any other door ends nothing', plan, [
  [0, arm('away'), 'arming'],
  [10, open('back-door'), 'arming'],
  [15, close('back-door'), 'arming'],
]);

story('a bypassed zone stays out until it closes, and then is guarded', plan, [
  [0, open('front-window'), 'disarmed'],
  [1, arm('home', { bypass: ['front-window'] }), 'armed_home', 'replies ok', 'bypassed front-window'],
  [10, close('front-window'), 'armed_home', 'bypassed nothing', 'logs bypass-ended'],
  [20, open('front-window'), 'triggered'],
]);

story('a zone bypassed while closed is left out through one opening', plan, [
  [0, arm('home', { bypass: ['front-window'] }), 'armed_home', 'bypassed front-window'],
  [10, open('front-window'), 'armed_home', 'tells nobody'],
  [20, close('front-window'), 'armed_home', 'bypassed nothing'],
  [30, open('front-window'), 'triggered'],
]);

story('a bypass by name outlives a restart: what was closed and is closed has not closed', plan, [
  [0, arm('home', { bypass: ['front-window'] }), 'armed_home'],
  [10, stopped, 'armed_home'],
  [20, restarted, 'armed_home', 'bypassed front-window'],
  [30, close('front-window'), 'armed_home', 'bypassed front-window'],
  [40, open('front-window'), 'armed_home', 'tells nobody'],
  [50, close('front-window'), 'armed_home', 'bypassed nothing'],
]);

story('what closed while the hub was down rejoins when it says so', plan, [
  [0, open('front-window'), 'disarmed'],
  [1, arm('home', { bypass: ['front-window'] }), 'armed_home'],
  [10, stopped, 'armed_home'],
  [20, restarted, 'armed_home', 'bypassed front-window'],
  [30, close('front-window'), 'armed_home', 'bypassed nothing'],
]);

story('a bypassed detector never closes: the dog may walk all night', plan, [
  [0, arm('night', { bypass: ['landing'] }), 'armed_night', 'bypassed landing'],
  [10, detect('landing'), 'armed_night', 'tells nobody', 'bypassed landing'],
  [20, detect('landing'), 'armed_night', 'tells nobody', 'bypassed landing'],
  [30, stopped, 'armed_night'],
  [40, restarted, 'armed_night'],
  [50, detect('landing'), 'armed_night', 'tells nobody', 'bypassed landing'],
  [60, disarm(), 'disarmed', 'bypassed nothing'],
]);

story('a lost zone that was bypassed rejoins when it is back and closed', plan, [
  [0, offline('front-window'), 'disarmed', 'fault lost:front-window'],
  [1, arm('home'), 'disarmed', 'replies zones_open front-window'],
  [2, arm('home', { bypass: ['front-window'] }), 'armed_home', 'bypassed front-window'],
  [10, close('front-window'), 'armed_home', 'bypassed nothing', 'no fault'],
  [20, open('front-window'), 'triggered'],
]);

story('a lost detector that was bypassed rejoins when it is back', plan, [
  [0, offline('landing'), 'disarmed'],
  [2, arm('night', { bypass: ['landing'] }), 'armed_night', 'bypassed landing'],
  [10, alive('landing'), 'armed_night', 'bypassed nothing', 'no fault'],
  [20, detect('landing'), 'triggered'],
]);

story('a tampered keypad blocks by name, and rejoins when its case is shut', plan, [
  [0, tamper('keypad'), 'disarmed', 'tells tamper', 'fault tamper:keypad', 'siren off'],
  [1, arm('home'), 'disarmed', 'replies zones_open keypad'],
  [2, arm('home', { bypass: ['keypad'] }), 'armed_home', 'bypassed keypad'],
  [10, tamperOver('keypad'), 'armed_home', 'no fault', 'bypassed nothing'],
  [20, tamper('keypad'), 'triggered', 'siren on'],
]);

story('what never may be left out is not left out', plan, [
  [0, arm('home', { bypass: ['smoke'] }), 'disarmed', 'replies bad_request'],
  [1, arm('home', { bypass: ['fob'] }), 'disarmed', 'replies bad_request'],
  [2, arm('home', { bypass: ['nowhere'] }), 'disarmed', 'replies bad_request'],
]);

story('a bypass belongs to one set period', plan, [
  [0, arm('home', { bypass: ['front-window'] }), 'armed_home', 'bypassed front-window'],
  [10, disarm(), 'disarmed', 'bypassed nothing'],
  [20, arm('home'), 'armed_home', 'bypassed nothing'],
  [30, open('front-window'), 'triggered'],
]);

story('the same mode again changes nothing', plan, [
  [0, arm('away'), 'arming', 'until 45'],
  [20, arm('away'), 'arming', 'until 45', 'replies ok', 'logs nothing'],
  [45, 'tick', 'armed_away'],
  [
    50,
    arm('away', { code: 'visitor' }),
    'armed_away',
    'replies ok',
    'logs nothing',
    'no delay',
    'changed by the resident',
  ],
  [60, arm('away', { bypass: ['front-window'] }), 'armed_away', 'bypassed nothing'],
]);

story('another mode: what was guarded stays so, the rest joins after the exit delay', plan, [
  [0, arm('home'), 'armed_home', 'mode home'],
  [100, arm('away'), 'arming', 'mode away', 'until 145'],
  [110, detect('hall'), 'arming', 'tells nobody'],
  [120, open('loft-window'), 'triggered', 'tells intruder about loft-window'],
  [130, disarm(), 'disarmed'],
]);

story('in that exit delay an entry door guarded before still starts its delay', plan, [
  [0, arm('home'), 'armed_home'],
  [100, arm('away'), 'arming'],
  [105, open('front-door'), 'pending', 'until 135'],
  [135, 'tick', 'triggered', 'tells intruder about front-door'],
]);

story('what joins at the end of it is guarded then', plan, [
  [0, arm('home'), 'armed_home'],
  [100, arm('away'), 'arming'],
  [145, 'tick', 'armed_away'],
  [150, detect('hall'), 'triggered'],
]);

story('in a delay that has run and in an alarm arming is refused', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [11, arm('home'), 'pending', 'replies not_allowed'],
  [12, arm('away'), 'pending', 'replies not_allowed', 'mode home'],
  [30, 'tick', 'triggered'],
  [31, arm('away'), 'triggered', 'replies not_allowed'],
  [32, arm('home', { code: 'duress' }), 'triggered', 'replies not_allowed'],
]);

story('a fire in a house not set refuses arming too', plan, [
  [0, detect('smoke'), 'triggered'],
  [1, arm('away'), 'triggered', 'replies not_allowed'],
]);

story('arming needs a code', plan, [
  [0, arm('away', { code: 'none' }), 'disarmed', 'replies bad_code', 'logs nothing'],
  [1, arm('away', { code: 'wrong' }), 'disarmed', 'replies bad_code', 'logs code-wrong'],
]);

story('unless quick arming is allowed', quick, [
  [0, arm('home', { code: 'none' }), 'armed_home', 'replies ok'],
  [10, disarm('none'), 'armed_home', 'replies bad_code'],
  [20, arm('away', { code: 'none' }), 'arming', 'replies ok'],
  [70, 'tick', 'armed_away'],
]);

story('a lower mode asks for a code, quick arming or not', quick, [
  [0, arm('away', { code: 'none' }), 'arming'],
  [45, 'tick', 'armed_away'],
  [50, arm('home', { code: 'none' }), 'armed_away', 'replies bad_code'],
  [51, arm('night', { code: 'none' }), 'armed_away', 'replies bad_code'],
  [52, arm('home', { code: 'wrong' }), 'armed_away', 'replies bad_code'],
  [53, arm('home', { code: 'resident' }), 'armed_home', 'replies ok'],
]);

story('leaving out a zone that is guarded now is a lower mode as well', quick, [
  [0, arm('home', { code: 'none' }), 'armed_home'],
  [10, arm('away', { code: 'none', bypass: ['front-window'] }), 'armed_home', 'replies bad_code'],
  [11, arm('away', { code: 'none', bypass: ['loft-window'] }), 'arming', 'replies ok', 'bypassed loft-window'],
]);

story('a lower mode leaves its zones out at once', plan, [
  [0, arm('away'), 'arming'],
  [45, 'tick', 'armed_away'],
  [50, arm('home'), 'armed_home'],
  [60, detect('hall'), 'armed_home', 'tells nobody'],
  [61, open('loft-window'), 'armed_home', 'tells nobody'],
  [62, open('front-window'), 'triggered'],
]);

story('bypassed zones stay out in the next mode', plan, [
  [0, arm('home', { bypass: ['front-window'] }), 'armed_home'],
  [10, open('front-window'), 'armed_home'],
  [20, arm('away'), 'arming', 'replies ok', 'bypassed front-window'],
]);

story('an alarm in an exit delay leads back to the mode being armed', night45, [
  [0, arm('night'), 'arming'],
  [10, open('front-window'), 'triggered', 'tells intruder'],
  [60, 'tick', 'triggered'],
  [910, 'tick', 'armed_night', 'siren off', 'bypassed front-window', 'alarm intruder'],
]);

story('with nobody enrolled arming is refused, and help is there', plan, [
  [0, arm('away', { enrolled: false }), 'disarmed', 'replies no_users'],
  [1, arm('away', { enrolled: false, code: 'none' }), 'disarmed', 'replies no_users'],
]);

story('without a disk that takes rows only arming is refused', plan, [
  [0, arm('home', { mayArm: false }), 'disarmed', 'replies not_allowed'],
  [1, arm('home'), 'armed_home'],
  [2, disarm('resident', { mayArm: false }), 'disarmed', 'replies ok'],
]);

story('an acknowledgement is shown once, by the first who gave it', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered', 'alarm intruder front-window'],
  [20, acknowledge('a1', 'sister'), 'triggered', 'acknowledged by sister', 'logs acknowledged', 'siren on'],
  [30, acknowledge('a1', 'arc'), 'triggered', 'acknowledged by sister', 'logs acknowledged'],
  [40, acknowledge('a99'), 'triggered', 'logs nothing', 'seals nothing'],
]);

story('an order id that comes again is refused and does nothing', plan, [
  [0, arm('home', { id: 'x1' }), 'armed_home', 'replies ok'],
  [5, disarm('resident', { id: 'x2' }), 'disarmed', 'replies ok'],
  [10, arm('home', { id: 'x1' }), 'disarmed', 'replies bad_request', 'logs nothing'],
  [12, stopped, 'disarmed'],
  [13, restarted, 'disarmed'],
  [15, disarm('resident', { id: 'x2' }), 'disarmed', 'replies bad_request'],
  [16, arm('home', { id: 'x3' }), 'armed_home', 'replies ok'],
]);

story(
  'a door without a delay that is left open is an alarm when the exit delay ends',
  houseWith({ zones: { 'back-door': { type: 'entry', entryDelay: 0 } } }),
  [
    [0, arm('away'), 'arming'],
    [10, open('back-door'), 'arming', 'tells nobody'],
    [45, 'tick', 'triggered', 'logs exit-fault', 'tells intruder about back-door', 'siren on'],
  ],
);

story('an open gate or shop door is not worth a warning', plan, [
  [0, open('gate'), 'disarmed'],
  [1, open('shop-bell'), 'disarmed', 'open gate shop-bell'],
  [2, arm('home'), 'armed_home', 'warns nothing'],
]);
