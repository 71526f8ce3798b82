SET ANSI_NULLS ON;
SET QUOTED_IDENTIFIER ON;
GO

-- room: agents
-- How many tasks at once its measured resources allow.
ALTER TABLE agents ADD measured_capacity int NULL;
GO
ALTER TABLE agents WITH CHECK ADD CONSTRAINT agents_measured_capacity CHECK (measured_capacity >= 0);

INSERT INTO migrations (name, applied_at) VALUES (N'005_measured_capacity.sql', SYSUTCDATETIME());
GO
