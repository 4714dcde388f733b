import { arm, close, detect, disarm, hit, open, press, restarted, stopped, tamper } from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { story } from './story.ts';

const guarded = houseWith({
  zones: { frame: { type: 'tremor', modes: ['away', 'home'], guards: 'front-door', hits: 4, within: 10 } },
});
const forcedAlarm = houseWith({
  zones: {
    'front-door': { type: 'entry', finalDoor: true, forcedEntry: 'alarm' },
    frame: { type: 'tremor', modes: ['away', 'home'], guards: 'front-door', hits: 4, within: 10 },
  },
});
const twoHits = houseWith({ zones: { frame: { type: 'tremor', modes: ['home'], guards: 'front-door', hits: 2 } } });
const noDelay = houseWith({ zones: { 'back-door': { type: 'entry', entryDelay: 0 } } });
const shortSiren = houseWith({ siren: { duration: 5 } });

story('one second early is no alarm', plan, [
  [0, arm('away'), 'arming'],
  [45, 'tick', 'armed_away'],
  [500, open('front-door'), 'pending', 'until 530', 'logs entry-started', 'tells nobody'],
  [529, disarm(), 'disarmed', 'no delay', 'tells nobody', 'logs disarmed'],
  [530, 'tick', 'disarmed', 'siren off'],
]);

story('one second late is an alarm', plan, [
  [0, arm('away'), 'arming'],
  [45, 'tick', 'armed_away'],
  [500, open('front-door'), 'pending'],
  [529, 'tick', 'pending'],
  [530, 'tick', 'triggered', 'siren on', 'tells intruder about front-door'],
]);

story('a door takes its own delay before that of the mode', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('back-door'), 'pending', 'until 20'],
]);

story('a delay of nothing is an alarm at once', noDelay, [
  [0, arm('home'), 'armed_home'],
  [10, open('back-door'), 'triggered', 'tells intruder about back-door'],
]);

story('a door with no delay ends a running one, and the alarm names both', noDelay, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [11, open('back-door'), 'triggered', 'tells intruder about front-door back-door'],
]);

story('a second, shorter door shortens the delay', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [12, open('back-door'), 'pending', 'until 22', 'logs entry-zone'],
  [22, 'tick', 'triggered', 'tells intruder about front-door back-door'],
]);

story('and never lengthens it', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('back-door'), 'pending', 'until 20'],
  [12, open('front-door'), 'pending', 'until 20'],
  [14, close('back-door'), 'pending', 'until 20'],
  [15, open('back-door'), 'pending', 'until 20'],
  [20, 'tick', 'triggered'],
]);

story('a shorter door that would come later than the end changes nothing', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [25, open('back-door'), 'pending', 'until 30'],
]);

story('interior zones follow the entry delay, and the alarm names them all', plan, [
  [0, arm('away'), 'arming'],
  [45, 'tick', 'armed_away'],
  [50, open('front-door'), 'pending'],
  [52, detect('hall'), 'pending', 'logs entry-zone'],
  [54, open('study-door'), 'pending', 'logs entry-zone'],
  [80, 'tick', 'triggered', 'tells intruder about front-door hall study-door'],
]);

story('an interior zone alone is an alarm at once', plan, [
  [0, arm('away'), 'arming'],
  [44, detect('hall'), 'arming', 'tells nobody'],
  [45, 'tick', 'armed_away'],
  [46, detect('hall'), 'triggered', 'tells intruder about hall'],
]);

story('an instant zone breaks through an entry delay, and both are named', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, open('front-window'), 'triggered', 'tells intruder about front-door front-window', 'siren on', 'no delay'],
]);

story('a perimeter zone does not wait for the exit delay', plan, [
  [0, arm('away'), 'arming'],
  [5, open('front-window'), 'triggered', 'siren on'],
  [6, disarm(), 'disarmed', 'siren off'],
]);

story('fire in an entry delay sounds at once, and the delay runs on', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, detect('smoke'), 'triggered', 'tells fire', 'until 30'],
  [30, 'tick', 'triggered', 'tells intruder about front-door', 'alarm fire smoke'],
]);

story('a code in time ends both', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, detect('smoke'), 'triggered'],
  [20, disarm(), 'disarmed', 'stops fire code', 'siren off', 'no alarm'],
  [30, 'tick', 'disarmed', 'tells nobody'],
]);

story('a siren time shorter than the entry delay leads back to it', shortSiren, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, detect('smoke'), 'triggered'],
  [17, 'tick', 'pending', 'until 30'],
  [30, 'tick', 'triggered', 'tells intruder'],
]);

story('help in an entry delay leaves it as it is', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [12, press('fob'), 'pending', 'tells personal', 'until 30', 'logs nothing'],
]);

story('tamper in an entry delay sounds', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, tamper('front-door'), 'triggered', 'tells tamper about front-door', 'siren on'],
]);

story('a tremor that guards a door is ignored in both delays', guarded, [
  [0, arm('away'), 'arming'],
  [10, hit('frame'), 'arming'],
  [11, hit('frame'), 'arming'],
  [12, hit('frame'), 'arming'],
  [13, hit('frame'), 'arming', 'tells nobody'],
  [45, 'tick', 'armed_away'],
  [100, open('front-door'), 'pending', 'logs no forced-entry', 'logs entry-started'],
  [101, hit('frame'), 'pending'],
  [102, hit('frame'), 'pending'],
  [103, hit('frame'), 'pending'],
  [104, hit('frame'), 'pending', 'tells nobody', 'until 130'],
]);

story('outside the delays it is an alarm after its hits', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [13, hit('frame'), 'armed_home'],
  [16, hit('frame'), 'armed_home'],
  [20, hit('frame'), 'triggered', 'tells intruder about frame'],
]);

story('hits further apart than the window are no alarm', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [14, hit('frame'), 'armed_home'],
  [18, hit('frame'), 'armed_home'],
  [20.001, hit('frame'), 'armed_home'],
]);

story('two hits before the door opens are a forced entry, told while the delay runs', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [12, hit('frame'), 'armed_home'],
  [14, open('front-door'), 'pending', 'logs forced-entry entry-started', 'until 34'],
  [34, 'tick', 'triggered'],
]);

story('one hit is a knock', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [14, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('two hits of which one is longer ago than the window are no forced entry', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [19, hit('frame'), 'armed_home'],
  [20.001, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('on the edge of the window they are one', guarded, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [19, hit('frame'), 'armed_home'],
  [20, open('front-door'), 'pending', 'logs forced-entry'],
]);

story('with `forcedEntry: alarm` there is no delay', forcedAlarm, [
  [0, arm('home'), 'armed_home'],
  [10, hit('frame'), 'armed_home'],
  [12, hit('frame'), 'armed_home'],
  [14, open('front-door'), 'triggered', 'logs forced-entry', 'tells intruder about frame front-door'],
]);

story('without hits that door has its delay', forcedAlarm, [
  [0, arm('home'), 'armed_home'],
  [14, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('shaking it on the way out is no forced entry on the way back', forcedAlarm, [
  [0, arm('away'), 'arming'],
  [10, open('front-door'), 'arming'],
  [11, hit('frame'), 'arming'],
  [12, hit('frame'), 'arming'],
  [13, close('front-door'), 'armed_away'],
  [15, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('hits from before the panel was set do not count either', forcedAlarm, [
  [0, hit('frame'), 'disarmed'],
  [1, hit('frame'), 'disarmed'],
  [2, arm('home'), 'armed_home'],
  [3, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('hits on another door are not forced entry here', forcedAlarm, [
  [0, arm('home'), 'armed_home'],
  [1, hit('frame'), 'armed_home'],
  [2, hit('frame'), 'armed_home'],
  [3, open('back-door'), 'pending', 'logs no forced-entry'],
]);

story('a tremor of two hits is an alarm before the door gives', twoHits, [
  [0, arm('home'), 'armed_home'],
  [1, hit('frame'), 'armed_home'],
  [2, hit('frame'), 'triggered', 'tells intruder about frame'],
  [3, open('front-door'), 'triggered', 'logs alarm-zone', 'tells nobody'],
]);

story('a bypassed tremor says nothing of a forced entry', forcedAlarm, [
  [0, arm('home', { bypass: ['frame'] }), 'armed_home'],
  [1, hit('frame'), 'armed_home'],
  [2, hit('frame'), 'armed_home'],
  [3, open('front-door'), 'pending', 'logs no forced-entry'],
]);

story('a restart leaves an entry delay at least 10 s', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [12, stopped, 'pending'],
  [28, restarted, 'pending', 'until 38'],
  [38, 'tick', 'triggered'],
]);

story('but never shortens it', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [11, stopped, 'pending'],
  [12, restarted, 'pending', 'until 30'],
]);

story('an overdue delay gets the floor too', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending', 'until 30'],
  [12, stopped, 'pending'],
  [1000, restarted, 'pending', 'until 1010'],
  [1009, disarm(), 'disarmed', 'tells nobody'],
]);

story('the floor is given once', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, stopped, 'pending'],
  [28, restarted, 'pending', 'until 38'],
  [30, stopped, 'pending'],
  [36, restarted, 'pending', 'until 38'],
  [37, stopped, 'pending'],
  [40, restarted, 'triggered', 'tells intruder'],
]);

const fiveSeconds = houseWith({ zones: { 'back-door': { type: 'entry', entryDelay: 5 } } });
story('the floor is never longer than the delay itself', fiveSeconds, [
  [0, arm('home'), 'armed_home'],
  [10, open('back-door'), 'pending', 'until 15'],
  [11, stopped, 'pending'],
  [14, restarted, 'pending', 'until 19'],
]);

story('after a code and a new entry it is given anew', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, stopped, 'pending'],
  [28, restarted, 'pending', 'until 38'],
  [30, disarm(), 'disarmed'],
  [31, close('front-door'), 'disarmed'],
  [32, arm('home'), 'armed_home'],
  [40, open('front-door'), 'pending', 'until 60'],
  [41, stopped, 'pending'],
  [58, restarted, 'pending', 'until 68'],
]);

story('an exit delay resumes with what remained', plan, [
  [0, arm('away'), 'arming'],
  [10, stopped, 'arming'],
  [20, restarted, 'arming', 'until 45'],
  [45, 'tick', 'armed_away'],
]);
