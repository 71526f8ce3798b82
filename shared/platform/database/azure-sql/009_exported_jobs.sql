SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: road
-- When an archived job was written to the container of Blob storage, where there is one.
ALTER TABLE archived_jobs ADD exported_at datetime2(3) NULL;
GO
CREATE INDEX archived_jobs_kept ON archived_jobs (job_id) WHERE exported_at IS NULL;

INSERT INTO migrations (name, applied_at) VALUES (N'009_exported_jobs.sql', SYSUTCDATETIME());
GO
