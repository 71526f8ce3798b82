-- room: road
-- When an archived job was written to the container of Blob storage, where there is one.
ALTER TABLE archived_jobs ADD COLUMN exported_at TEXT_TIME;
CREATE INDEX archived_jobs_kept ON archived_jobs (job_id) WHERE exported_at IS NULL;
