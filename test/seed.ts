import fc from 'fast-check';

// A run of the checks tries the same cases every time, so that whoever changed something sees what that broke and nothing
// else. LANTERN_SEED=$RANDOM goes looking for new ones.
fc.configureGlobal({ seed: Number(process.env['LANTERN_SEED'] ?? 20_261_122) });
