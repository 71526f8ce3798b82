-- room: webhooks
-- Who is on call, in turns of a week: the one row `rota`.
CREATE TABLE rotas (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  head_hash TEXT NOT NULL,
  rota TEXT_JSON NOT NULL CHECK (json_valid(rota))
);

-- room: digest
-- The days whose digest is on its way.
CREATE TABLE digests (
  day TEXT PRIMARY KEY,
  sent_at TEXT_TIME NOT NULL
);
