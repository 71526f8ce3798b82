/** States in which a job is over, as SQL. */
export const ends = "'succeeded', 'failed', 'rolled_back', 'rejected', 'expired', 'cancelled'";
