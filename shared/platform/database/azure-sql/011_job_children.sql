SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: tasks
-- A job that is archived is deleted, and its references are looked for.
CREATE INDEX tasks_job ON tasks (job_id);

-- room: tools
CREATE INDEX verifications_job ON verifications (job_id);

INSERT INTO migrations (name, applied_at) VALUES (N'011_job_children.sql', SYSUTCDATETIME());
GO
