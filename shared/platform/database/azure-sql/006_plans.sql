SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: tasks
-- The step of its plan that a task undoes; and who added a task to a plan, and why its agent was chosen.
ALTER TABLE tasks ADD undoes nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE tasks ADD assigned_by nvarchar(128) COLLATE Latin1_General_100_BIN2 NULL;
ALTER TABLE tasks ADD assigned_because nvarchar(max) NULL;

INSERT INTO migrations (name, applied_at) VALUES (N'006_plans.sql', SYSUTCDATETIME());
GO
