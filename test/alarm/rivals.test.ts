import { alive, arm, close, detect, disarm, open, restarted, stopped, wrongCode } from './happenings.ts';
import { houseWith, plan } from './plans.ts';
import { story } from './story.ts';

// Faults that other panels had. None of them may happen here.
const minute = houseWith({ siren: { duration: 60 } });

story('a power cut does not disarm', plan, [
  [0, arm('away'), 'arming'],
  [45, 'tick', 'armed_away'],
  [100, stopped, 'armed_away'],
  [90_000, restarted, 'armed_away', 'mode away', 'changed by the resident'],
  [90_001, open('front-window'), 'triggered'],
]);

story('a power cut does not disarm a sounding panel', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [20, stopped, 'triggered'],
  [22, restarted, 'triggered', 'siren on'],
]);

story('a power cut does not disarm while the exit delay runs', plan, [
  [0, arm('away'), 'arming'],
  [10, stopped, 'arming'],
  [500, restarted, 'armed_away'],
]);

story('a restored countdown ends: on the way out', plan, [
  [0, arm('away'), 'arming'],
  [10, stopped, 'arming'],
  [12, restarted, 'arming', 'until 45'],
  [44.999, 'tick', 'arming'],
  [45, 'tick', 'armed_away', 'no delay'],
]);

story('a restored countdown ends: on the way in', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [12, stopped, 'pending'],
  [13, restarted, 'pending', 'until 30'],
  [30, 'tick', 'triggered'],
]);

story('a restored countdown ends: of the siren', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [12, stopped, 'triggered'],
  [13, restarted, 'triggered'],
  [70, 'tick', 'armed_home'],
]);

story('the panel does not disarm itself when a door is open as the alarm times out', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [30, 'tick', 'triggered'],
  [90, 'tick', 'armed_home', 'mode home', 'siren off'],
  [9000, 'tick', 'armed_home'],
]);

story('an alarm names every sensor, not only the first', plan, [
  [0, arm('away'), 'arming'],
  [50, open('front-door'), 'pending'],
  [51, detect('hall'), 'pending'],
  [52, detect('landing'), 'pending'],
  [80, 'tick', 'triggered', 'tells intruder about front-door hall landing'],
  [81, open('back-door'), 'triggered', 'alarm intruder front-door hall landing back-door'],
]);

story('wrong codes are counted', plan, [
  [0, arm('home'), 'armed_home'],
  [1, wrongCode(), 'armed_home'],
  [2, wrongCode(), 'armed_home'],
  [3, wrongCode(), 'armed_home', 'logs locked-out'],
  [4, disarm(), 'armed_home', 'replies locked_out'],
]);

story('there is a duress code, and nobody beside her can tell', plan, [
  [0, arm('home'), 'armed_home'],
  [
    10,
    disarm('duress'),
    'disarmed',
    'tells duress',
    'replies ok',
    'no alarm',
    'logs disarmed',
    'changed by the resident',
  ],
]);

story('an instant zone is not ignored in an entry delay', plan, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-door'), 'pending'],
  [11, open('front-window'), 'triggered', 'siren on'],
]);

story('a lost sensor is not a closed one', plan, [
  [7200, 'tick', 'disarmed', 'fault lost:front-window'],
  [7201, arm('home'), 'disarmed', 'replies zones_open front-door front-window'],
]);

story('a door opened while the hub was down counts as opened', plan, [
  [0, arm('home'), 'armed_home'],
  [10, stopped, 'armed_home'],
  [20, restarted, 'armed_home'],
  [21, open('front-window'), 'triggered', 'tells intruder about front-window'],
]);

story('a door open before and after does not', minute, [
  [0, arm('home'), 'armed_home'],
  [10, open('front-window'), 'triggered'],
  [70, 'tick', 'armed_home', 'bypassed front-window'],
  [80, stopped, 'armed_home'],
  [90, restarted, 'armed_home', 'bypassed front-window'],
  [91, alive('front-window'), 'armed_home'],
  [92, open('front-window'), 'armed_home', 'tells nobody', 'open front-window', 'bypassed front-window'],
  [93, close('front-window'), 'armed_home', 'bypassed nothing'],
]);
