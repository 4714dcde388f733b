import {
  alive,
  arm,
  close,
  closure,
  detect,
  disarm,
  motionOff,
  motionOn,
  offline,
  open,
  press,
  restarted,
  stopped,
  tamper,
  tamperOver,
} from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { type Row, story } from './story.ts';

const minute = houseWith({ siren: { duration: 60 } });
const once = houseWith({ siren: { duration: 60, trips: 1 } });

story('the siren sounds for its time; the alarm is remembered until a code', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered', 'siren on', 'alarm intruder front-window'],
  [20, close('front-window'), 'triggered', 'siren on'],
  [69.999, 'tick', 'triggered', 'siren on'],
  [70, 'tick', 'armed_home', 'siren off', 'alarm intruder front-window', 'stops nothing', 'bypassed nothing'],
  [5000, 'tick', 'armed_home', 'alarm intruder front-window', 'stops nothing'],
  [5001, disarm(), 'disarmed', 'no alarm', 'stops intruder code'],
]);

story('what is still open at its end stays out by name, and rejoins when it closes', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [70, 'tick', 'armed_home', 'bypassed front-window', 'open front-window'],
  [80, close('front-window'), 'armed_home', 'bypassed nothing', 'logs bypass-ended'],
  [90, open('front-window'), 'triggered', 'tells intruder about front-window'],
]);

story('a door that timed out and still stands open keeps the mode', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [30, 'tick', 'triggered'],
  [90, 'tick', 'armed_home', 'siren off', 'bypassed front-door'],
  [100, open('front-window'), 'triggered', 'tells intruder about front-window'],
]);

story('a detector that still reports is not left out', minute, [
  [0, arm('night'), 'armed_night'],
  [10, motionOn('landing'), 'triggered'],
  [70, 'tick', 'armed_night', 'bypassed nothing'],
  [80, motionOff('landing'), 'armed_night'],
  [90, motionOn('landing'), 'triggered', 'tells intruder about landing'],
]);

story('an open window that no mode guards is not put out', minute, [
  [0, open('loft-window'), 'disarmed'],
  [1, open('gate'), 'disarmed'],
  [2, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, close('front-window'), 'triggered'],
  [70, 'tick', 'armed_home', 'bypassed nothing'],
]);

story('a later zone is logged and not told again; it does not lengthen the siren', minute, [
  [0, arm('away'), 'arming'],
  [50, open('front-window'), 'triggered', 'tells intruder about front-window'],
  [60, open('loft-window'), 'triggered', 'tells nobody', 'logs alarm-zone', 'alarm intruder front-window loft-window'],
  [65, detect('hall'), 'triggered', 'tells nobody', 'logs alarm-zone'],
  [70, detect('hall'), 'triggered', 'tells nobody', 'logs alarm-zone', 'alarm intruder front-window loft-window hall'],
  [72, open('front-door'), 'triggered', 'tells nobody', 'logs alarm-zone', 'no delay'],
  [109.999, 'tick', 'triggered'],
  [110, 'tick', 'armed_away', 'siren off', 'bypassed front-window loft-window front-door'],
]);

story('a trip after the siren time is a new alarm', minute, [
  [0, arm('away'), 'arming'],
  [50, open('front-window'), 'triggered', 'tells intruder about front-window'],
  [110, 'tick', 'armed_away'],
  [111, detect('hall'), 'triggered', 'tells intruder about hall', 'siren on', 'alarm intruder hall', 'stops nothing'],
]);

/** `count` alarms of one window, each left alone until its siren time is over. */
const alarms = (count: number): Row[] =>
  Array.from({ length: count }, (_, index): Row[] => [
    [100 + index * 100, open('front-window'), 'triggered', 'siren on', 'tells intruder about front-window'],
    [110 + index * 100, close('front-window'), 'triggered'],
    [160 + index * 100, 'tick', 'armed_home', 'siren off'],
  ]).flat();

story('swinger shutdown: the fourth alarm of one zone is silent, and still told', minute, [
  [0, arm('home'), 'armed_home'],
  ...alarms(3),
  [500, open('front-window'), 'triggered', 'siren off', 'tells intruder about front-window', 'logs alarm-raised'],
  [510, close('front-window'), 'triggered'],
  [520, open('front-window'), 'triggered', 'siren off', 'logs alarm-zone'],
  [560, 'tick', 'armed_home'],
]);

story('another zone still has its turns', minute, [
  [0, arm('home'), 'armed_home'],
  ...alarms(3),
  [500, open('front-window'), 'triggered', 'siren off'],
  [510, open('front-door'), 'triggered', 'siren on', 'logs alarm-zone', 'tells nobody'],
  [560, 'tick', 'armed_home', 'siren off'],
]);

story('a swinging door does not keep the siren from whoever walks on', minute, [
  [0, arm('night'), 'armed_night'],
  [100, open('back-door'), 'pending'],
  [110, 'tick', 'triggered', 'siren on'],
  [120, close('back-door'), 'triggered'],
  [200, open('back-door'), 'pending'],
  [210, 'tick', 'triggered', 'siren on'],
  [220, close('back-door'), 'triggered'],
  [300, open('back-door'), 'pending'],
  [310, 'tick', 'triggered', 'siren on'],
  [320, close('back-door'), 'triggered'],
  [400, open('back-door'), 'pending'],
  [405, detect('landing'), 'pending'],
  [410, 'tick', 'triggered', 'siren on', 'tells intruder about back-door landing'],
]);

story('a swinging zone does not silence fire or a call for help', minute, [
  [0, arm('home'), 'armed_home'],
  ...alarms(3),
  [500, open('front-window'), 'triggered', 'siren off'],
  [501, detect('smoke'), 'triggered', 'siren on', 'tells fire'],
]);

story('the turns are counted through a change of mode', once, [
  [0, arm('home'), 'armed_home'],
  [100, open('front-window'), 'triggered', 'siren on'],
  [110, close('front-window'), 'triggered'],
  [160, 'tick', 'armed_home'],
  [170, arm('night'), 'armed_night'],
  [200, open('front-window'), 'triggered', 'siren off', 'tells intruder'],
]);

story('the turns are counted through a restart', once, [
  [0, arm('home'), 'armed_home'],
  [100, open('front-window'), 'triggered', 'siren on'],
  [110, close('front-window'), 'triggered'],
  [160, 'tick', 'armed_home'],
  [170, stopped, 'armed_home'],
  [180, restarted, 'armed_home'],
  [190, close('front-window'), 'armed_home'],
  [200, open('front-window'), 'triggered', 'siren off', 'tells intruder'],
]);

story('and begin anew with the next set period', once, [
  [0, arm('home'), 'armed_home'],
  [100, open('front-window'), 'triggered', 'siren on'],
  [110, close('front-window'), 'triggered'],
  [120, disarm(), 'disarmed'],
  [170, arm('home'), 'armed_home'],
  [200, open('front-window'), 'triggered', 'siren on'],
]);

story('a loose tamper contact does not keep the siren on', minute, [
  [0, arm('home'), 'armed_home'],
  [10, tamper('keypad'), 'triggered', 'siren on', 'tells tamper about keypad'],
  [20, tamperOver('keypad'), 'triggered'],
  [60, tamper('keypad'), 'triggered', 'tells nobody', 'logs alarm-zone'],
  [70, 'tick', 'armed_home', 'siren off'],
]);

story('and has its turns like any zone', once, [
  [0, arm('home'), 'armed_home'],
  [10, tamper('keypad'), 'triggered', 'siren on'],
  [20, tamperOver('keypad'), 'triggered'],
  [70, 'tick', 'armed_home', 'siren off'],
  [80, tamper('keypad'), 'triggered', 'siren off', 'tells tamper about keypad'],
]);

story('a tamper told while unset sounds when it comes again in the set house', minute, [
  [0, tamper('keypad'), 'disarmed', 'tells tamper', 'siren off', 'alarm tamper keypad'],
  [1, tamperOver('keypad'), 'disarmed', 'alarm tamper keypad'],
  [2, arm('home'), 'armed_home'],
  [10, tamper('keypad'), 'triggered', 'siren on'],
]);

story('fire after fire goes on sounding', minute, [
  [0, detect('smoke'), 'triggered', 'siren on', 'tells fire'],
  [50, detect('smoke'), 'triggered', 'tells nobody', 'logs alarm-zone'],
  [60, 'tick', 'triggered', 'siren on'],
  [110, 'tick', 'disarmed', 'siren off', 'alarm fire smoke'],
  [120, disarm(), 'disarmed', 'no alarm', 'stops fire code'],
]);

story('the siren time goes on through a restart', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, stopped, 'triggered'],
  [30, restarted, 'triggered', 'siren on', 'alarm intruder front-window'],
  [40, close('front-window'), 'triggered'],
  [70, 'tick', 'armed_home', 'siren off'],
]);

story('a restart after it leads to the mode', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, stopped, 'triggered'],
  [300, restarted, 'armed_home', 'siren off', 'alarm intruder front-window'],
]);

story('closure by the service ends the alarm and its siren, never the set mode', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, closure('a1'), 'armed_home', 'siren off', 'no alarm', 'stops intruder closure'],
]);

story('closing one of two alarms leaves the other sounding', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [15, detect('smoke'), 'triggered', 'tells fire'],
  [20, closure('a1'), 'triggered', 'siren on', 'alarm fire smoke'],
  [30, closure('a2'), 'armed_home', 'siren off', 'no alarm'],
]);

story('the most urgent alarm is shown', plan, [
  [0, leakOf(), 'disarmed', 'alarm fault cellar-water'],
  [1, tamper('keypad'), 'disarmed', 'alarm tamper keypad'],
  [2, tamperOver('keypad'), 'disarmed'],
  [3, arm('home'), 'armed_home'],
  [4, open('front-window'), 'triggered', 'alarm intruder front-window'],
  [5, press('bedside-button'), 'triggered', 'alarm personal bedside-button'],
  [6, detect('smoke'), 'triggered', 'alarm fire smoke'],
]);

function leakOf() {
  return { ...detect('cellar-water'), label: 'leak' };
}

story('a sensor lost in the set house is a fault and no alarm', plan, [
  [0, arm('home'), 'armed_home'],
  [10, offline('front-window'), 'armed_home', 'fault lost:front-window', 'tells nobody', 'open nothing'],
  [20, close('front-window'), 'armed_home', 'no fault'],
]);

story('lost, then heard open: it opened', plan, [
  [0, arm('home'), 'armed_home'],
  [10, offline('front-window'), 'armed_home'],
  [20, open('front-window'), 'triggered', 'tells intruder about front-window'],
]);

story('lost while open, then heard open: nothing new', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [70, 'tick', 'armed_home', 'bypassed front-window'],
  [80, offline('front-window'), 'armed_home', 'bypassed front-window'],
  [90, open('front-window'), 'armed_home', 'tells nobody', 'bypassed front-window'],
  [100, close('front-window'), 'armed_home', 'bypassed nothing'],
]);

story('a contact that is only alive has said nothing of its level', plan, [
  [0, arm('home'), 'armed_home'],
  [10, stopped, 'armed_home'],
  [20, restarted, 'armed_home'],
  [30, alive('front-window'), 'armed_home', 'tells nobody'],
  [40, open('front-window'), 'triggered', 'tells intruder about front-window'],
]);

story('a closure stops the siren although a silent call and a fault are still open', plan, [
  [0, press('fob'), 'disarmed', 'tells personal'],
  [1, leakOf(), 'disarmed', 'tells fault'],
  [2, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered', 'siren on', 'tells intruder'],
  [20, closure('a2'), 'armed_home', 'siren off', 'stops intruder closure', 'alarm fault cellar-water'],
]);

story('a zone without turns does not silence a siren that sounds for something else', once, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered', 'siren on'],
  [20, close('front-window'), 'triggered'],
  [70, 'tick', 'armed_home'],
  [80, detect('smoke'), 'triggered', 'siren on', 'tells fire'],
  [90, open('front-window'), 'triggered', 'siren on', 'tells intruder about front-window'],
  [150, 'tick', 'armed_home', 'siren off'],
]);

const slow = houseWith({ delays: { away: [200, 30] }, siren: { duration: 60 } });

story('a siren shorter than the exit delay leads back to it', slow, [
  [0, arm('away'), 'arming'],
  [10, open('front-window'), 'triggered', 'siren on'],
  [20, close('front-window'), 'triggered'],
  [70, 'tick', 'arming', 'until 200', 'siren off', 'alarm intruder'],
  [200, 'tick', 'armed_away'],
]);

story('a door left open behind an alarm in the exit delay is left out by name, not a second alarm', plan, [
  [0, arm('away'), 'arming'],
  [10, open('front-door'), 'arming'],
  [20, open('loft-window'), 'triggered', 'tells intruder about loft-window'],
  [45, 'tick', 'triggered', 'tells nobody', 'no delay'],
  [920, 'tick', 'armed_away', 'bypassed front-door loft-window'],
  [930, close('front-door'), 'armed_away', 'bypassed loft-window'],
  [940, open('front-door'), 'pending'],
]);
