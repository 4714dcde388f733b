// What helps around a home, in short words: it should be read easily at nine years of age, tired or in a hurry.

/** One part of the page. */
export interface Advice {
  readonly about: string;
  readonly tips: readonly string[];
}

/** A name that tells nothing to whoever looks over a shoulder. */
export const adviceTitle = 'Home and garden';

export const adviceIntro =
  'These are ideas, not rules. You know your home best. Pick what feels right. Leave out what does not.';

export const advice: readonly Advice[] = [
  {
    about: 'Path and front door',
    tips: [
      'Cut back plants by the path and the door. Then no one can hide there.',
      'Look out first. You do not have to open the door to anyone.',
      'Have your key in your hand before you get to the door.',
      'When you are in, lock the door and put the chain on.',
    ],
  },
  {
    about: 'Garden',
    tips: [
      'Keep the gate shut and locked. Mend gaps in the fence.',
      'Put gravel under the windows. It is loud to walk on.',
      'Plant things with thorns by the fence.',
      'Take in what can break glass, such as bricks and pots.',
      'Put away chairs and tables that a person can climb on.',
    ],
  },
  {
    about: 'Shed',
    tips: [
      'Lock the shed. The tools in it can open a door.',
      'Chain the ladder up, or lock it in.',
      'Do not keep house keys in the shed.',
    ],
  },
  {
    about: 'Keys',
    tips: [
      'If someone else may have a key, ask for new locks.',
      'Do not hide a key under a pot or a mat.',
      'Do not put your name or address on your keys.',
      'Keep keys where they cannot be seen or reached from the letterbox.',
      'Lock up at night, but keep the key near. You may need to get out fast.',
    ],
  },
  {
    about: 'Bins',
    tips: [
      'A bin is a step. Keep bins away from walls, fences and low roofs.',
      'Tear up letters that show your name or your new address.',
      'Take the bins out while it is light.',
    ],
  },
  {
    about: 'Car',
    tips: [
      'Park where it is light and where people can see you.',
      'Look in and around the car before you get in. Then lock the doors.',
      'Do not let the tank or the battery run low.',
      'If a car follows you, do not drive home. Drive to a police station or a busy, bright place.',
      'A tracker can be as small as a coin. If you find one, leave it where it is and tell the police.',
    ],
  },
  {
    about: 'Light',
    tips: [
      'Close the curtains before you turn on a lamp.',
      'A light that comes on by itself shows who is at the door.',
      'A lamp on a timer makes it look as if you are in.',
      'If a street light is broken, tell the council.',
    ],
  },
  {
    about: 'Phone',
    tips: [
      'Keep your phone charged and near you, at night too.',
      'Learn two phone numbers by heart.',
      'Pick a word with a friend. When you say it, your friend calls for help.',
      'In danger, call 999. If you cannot talk on a mobile, press 55 when you are asked. In most of Europe, call 112.',
    ],
  },
  {
    about: 'Online',
    tips: [
      'Is your phone being watched? Use a safe one to ask for help. Talk to your support worker before you change things, as the change may be seen.',
      'Make new passwords on a phone or computer that only you use.',
      'Look at who can see where you are: maps, photos, shared family plans.',
      'Look at which phones are signed in to your mail. Sign out those that are not yours.',
      'Ask friends and the school not to post where you are.',
    ],
  },
  {
    about: 'If you have to go',
    tips: [
      'Think of two ways out of your home. Walk them once.',
      'Pack a small bag: papers, pills, money, keys and a charger. Keep it with a friend.',
      'Tell a neighbour you trust what to do if they hear a noise.',
    ],
  },
];
