import type { Ask, Vouched } from '../alarm/events.ts';
import type { SourceId } from '../base/brand.ts';
import { minutes } from '../base/time.ts';
import { unreachable } from '../base/unreachable.ts';
import type {
  DeviceToLearn,
  LocalNews,
  ProvisionAct,
  ProvisionDone,
  Provisioning,
  ProvisionView,
} from '../hub/ports.ts';
import { blockers, missing } from '../provision/blockers.ts';
import { certificateOf, feedbackOf } from '../provision/certificate.ts';
import { deadlineIs } from '../provision/deadline.ts';
import { withLearnt } from '../provision/house.ts';
import type { FittedDevice, Job, JobEvent } from '../provision/job.ts';
import { newJob } from '../provision/job.ts';
import { nextStep } from '../provision/next.ts';
import { propose } from '../provision/propose.ts';
import { reduce } from '../provision/reduce.ts';
import type { FittingWorld, Outcome } from './world.ts';

/** So long a walk test runs before it ends by itself. */
const WALK = minutes(30);
/** So long the first installer may work before a resident is there to say. */
const FIRST_FITTING = minutes(240);
const SOURCE = 'provision' as SourceId;
const AT_THE_MACHINE = { duress: false };
/**
 * What somebody is told of who was added under threat. It may be the one who threatens: of calls for help, which are silent,
 * he is told nothing.
 */
const HEARD_ON_SITE: readonly string[] = ['intruder', 'tamper', 'fire', 'fault'];

export interface OpenedProvisioning {
  readonly provisioning: Provisioning;
  /** What is under way is given up; the job stays. */
  close(): void;
}

const done: ProvisionDone = { ok: true };
const refused = (why: string): ProvisionDone => ({ ok: false, why });
const NO_JOB = 'no job is begun; lantern provision start --referral FILE begins one';

/** Takes up the job where it was left. A file of it that cannot be read is told by every act, and left as it is. */
export function openProvisioning(world: FittingWorld): OpenedProvisioning {
  const found = world.jobs.load();
  let job: Job | null = found.ok ? found.job : null;
  const trouble = found.ok ? null : found.why;
  const listeners = new Set<() => void>();
  const testing = new Set<string>();
  const gone = new AbortController();
  /** What happened last, as far as the file. */
  let last: Promise<unknown> = Promise.resolve();
  /** Something is under way that must not be begun twice. */
  let busy = false;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  /** In the file before anybody is told of it; one after the other, in the order they came. */
  function happen(event: JobEvent): Promise<ProvisionDone> {
    const at = world.wall();
    const next = last.then(async (): Promise<ProvisionDone> => {
      if (job === null) return refused(trouble ?? NO_JOB);
      const step = reduce(job, event, at);
      if (!step.ok) return step;
      if (step.job === job) return done;
      const saved = await world.jobs.save(step.job);
      if (!saved.ok) return saved;
      job = step.job;
      tell();
      return done;
    });
    last = next;
    return next;
  }

  function view(): ProvisionView | null {
    if (job === null) return null;
    const house = withLearnt(world.house(), job);
    const proposal = propose(job.referral);
    const all = missing(job, house);
    const next = nextStep(all.filter(({ waived }) => waived === null));
    return {
      job,
      proposal,
      deadlineIs: deadlineIs(proposal.deadline, world.today()),
      house,
      missing: all,
      next: next === 'handover' && job.papersAt !== null ? 'finish' : next,
      walkUntil: world.window.view().walkUntil,
      testing: [...testing],
    };
  }

  async function order(ask: Ask, duress: boolean): Promise<ProvisionDone> {
    const id = job?.installer.person ?? null;
    const person = id === null ? null : world.person(id);
    if (person === null)
      return refused('the installer of this job has no code on this hub any more; begin the job anew');
    letIn();
    const vouched = { person, duress, code: 'fresh' } as const;
    const answer = await world.window.order({ source: SOURCE, ask, code: null, vouched, id: null });
    if (answer === null) return refused('the hub is busy; try again');
    if (answer.ok) return done;
    if (answer.error !== 'not_allowed') return refused(`the panel refused it (${answer.error})`);
    return refused('she has to let installers in first, on her page; and the house must be disarmed and quiet');
  }

  async function learn(device: DeviceToLearn): Promise<ProvisionDone> {
    if (job === null) return refused(trouble ?? NO_JOB);
    const heard = world
      .heard()
      .find((one) => one.topic === device.topic && (device.address === null || one.address === device.address));
    if (heard === undefined) return refused('it is not heard any more, or is in the config already; press or open it');
    const written = world.learn(heard, device);
    if (!written.ok) return written;
    const { signal, battery } = heard;
    // The config took it, and with it the type of its zone.
    const type = device.zone as FittedDevice['type'];
    return happen({ type: 'device-learnt', device: { id: device.id, name: device.name, type, signal, battery } });
  }

  function testPaths(): ProvisionDone {
    if (job === null) return refused(trouble ?? NO_JOB);
    if (testing.size > 0) return refused('a test is under way; its answers show as they come');
    const names = world.house().paths.flatMap(({ name, tested }) => (tested === 'never' ? [] : [name]));
    if (names.length === 0) return refused('there is nobody to test a path to; add a contact, and a way to send texts');
    for (const name of names) testing.add(name);
    tell();
    const work = world.testPaths(({ name, ...result }) => {
      testing.delete(name);
      void happen({ type: 'path-tested', path: name, result }).then(tell);
    }, gone.signal);
    void work.then(() => {
      testing.clear();
      tell();
    });
    return done;
  }

  async function renewSecrets(): Promise<ProvisionDone> {
    const renewed = world.renewSecrets();
    if (!renewed.ok) return renewed;
    const noted = await happen({ type: 'secrets-renewed' });
    return noted.ok ? renewed : noted;
  }

  /** A waiver is for something that is missing now, and that there may be a reason for. */
  async function waive(what: string, reason: string): Promise<ProvisionDone> {
    const one = view()?.missing.find(({ id }) => id === what);
    if (one === undefined) return refused('nothing of that name is missing; lantern provision show lists what is');
    if (one.waivable === 'no') return refused(`this is never waived: ${one.what}`);
    return happen({ type: 'waived', what, reason });
  }

  function blocked(): ProvisionDone | null {
    if (job === null) return refused(trouble ?? NO_JOB);
    const blocking = blockers(job, withLearnt(world.house(), job));
    if (blocking.length === 0) return null;
    return {
      ok: false,
      why: `the handover is blocked by ${blocking.length}: ${blocking[0]?.what}`,
      blockers: blocking,
    };
  }

  async function makePapers(): Promise<ProvisionDone> {
    const stop = blocked();
    if (stop !== null || job === null) return stop ?? refused(NO_JOB);
    const log = world.logHead();
    if (log === null) return refused('the log cannot be read now, and its head belongs on the certificate; try again');
    const now = world.wall();
    const house = withLearnt(world.house(), job);
    const facts = { ...world.hub, log, reviews: world.reviews.due(now), now, iso: world.iso };
    const certificate = certificateOf(job, house, { ...facts, hub: world.hub.id });
    const written = await world.papers.write(certificate, feedbackOf(job, house, facts));
    return written.ok ? happen({ type: 'papers-made' }) : written;
  }

  /** The job goes last: whatever stops this on its way, it is done again from the beginning. */
  async function finish(duress: boolean): Promise<ProvisionDone> {
    const stop = blocked();
    if (stop !== null || job === null) return stop ?? refused(NO_JOB);
    if (job.papersAt === null) return refused('the papers are not made, or something changed since; make them first');
    const house = withLearnt(world.house(), job);
    const counts = {
      zones: house.zones.length,
      contacts: house.contacts.length,
      waived: missing(job, house).filter(({ waived }) => waived !== null).length,
    };
    const reviews = world.reviews.begin(world.wall());
    if (!reviews.ok) return reviews;
    // Refused where it ended by itself, which is as good.
    await order({ action: 'end-walk-test' }, duress);
    await order({ action: 'close-installer' }, duress);
    const removed = await world.removeInstallers();
    if (!removed.ok) return removed;
    await world.papers.forget();
    world.record('handed-over', counts);
    await last;
    const wiped = world.jobs.wipe();
    if (!wiped.ok) return wiped;
    job = null;
    tell();
    return done;
  }

  /** One at a time: a second is refused, not queued behind a first that it was not meant for. */
  async function alone(work: () => Promise<ProvisionDone>): Promise<ProvisionDone> {
    if (busy) return refused('another step is under way; try again');
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  }

  const now = (result: ProvisionDone | Outcome): Promise<ProvisionDone> => Promise.resolve(result);

  /** In a walk that somebody under threat has begun, presses are real; and whom they add is told of no call for help. */
  function act(asked: ProvisionAct, { duress }: Pick<Vouched, 'duress'> = AT_THE_MACHINE): Promise<ProvisionDone> {
    if (job === null) return now(refused(trouble ?? NO_JOB));
    switch (asked.act) {
      case 'check':
        return happen({ type: 'check-answered', check: asked.check, answer: asked.answer, note: asked.note });
      case 'name-room':
        return happen({ type: 'room-named', room: asked.room });
      case 'drop-room':
        return happen({ type: 'room-dropped', room: asked.room });
      case 'learn':
        return learn(asked.device);
      case 'add-contact':
        return now(after(world.addContact(duress ? { ...asked, alarms: HEARD_ON_SITE } : asked)));
      case 'prove':
        return now(after(world.prove(asked.contact)));
      case 'restart':
        return now(world.restart());
      case 'renew-secrets':
        return renewSecrets();
      case 'begin-walk':
        return alone(() => order({ action: 'walk-test', length: WALK }, duress));
      case 'end-walk':
        return alone(() => order({ action: 'end-walk-test' }, duress));
      case 'stand-in':
        return happen({ type: 'stood-in', room: asked.room });
      case 'test-paths':
        return now(testPaths());
      case 'item':
        return happen({ type: 'item-noted', item: asked.item, where: asked.where, is: asked.is, note: asked.note });
      case 'waive':
        return waive(asked.what, asked.reason);
      case 'withdraw-waiver':
        return happen({ type: 'waiver-withdrawn', what: asked.what });
      case 'make-papers':
        return alone(makePapers);
      case 'finish':
        return alone(() => finish(duress));
      default:
        return unreachable(asked);
    }
  }

  function after(outcome: Outcome): Outcome {
    if (outcome.ok) tell();
    return outcome;
  }

  /** Where a resident lives already, she opens the time herself. */
  const letIn = (): void => {
    if (world.window.view().installerUntil === null) world.openInstaller(FIRST_FITTING);
  };
  if (job !== null) letIn();

  const stop = world.window.watch((news: LocalNews) => {
    if (job === null) return;
    if (news.type === 'walk') void happen({ type: 'walked', zone: news.zone, what: news.what });
    else if (news.type !== 'row' || news.row.type === 'contact-proven') tell();
  });

  return {
    provisioning: {
      view,
      watch(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      heard: world.heard,
      async start(referral, installer) {
        if (trouble !== null) return refused(trouble);
        if (job !== null) return refused('a job is begun already; lantern provision goes on with it');
        const begun = newJob({ id: world.draw(), referral, installer, now: world.wall() });
        const saved = await world.jobs.save(begun);
        if (!saved.ok) return saved;
        job = begun;
        letIn();
        tell();
        return done;
      },
      act,
    },
    close() {
      stop();
      gone.abort();
    },
  };
}
