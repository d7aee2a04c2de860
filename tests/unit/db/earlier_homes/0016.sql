BEGIN TRANSACTION;
CREATE TABLE account (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	name_key VARCHAR NOT NULL, 
	role VARCHAR(7) NOT NULL, 
	password_hash VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (name_key)
);
INSERT INTO "account" VALUES('account-1','Ada','ada','ADMIN','','2026-11-29 12:00:00.000000',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0016');
CREATE TABLE alert (
	id VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	value FLOAT NOT NULL, 
	threshold FLOAT NOT NULL, 
	started_at DATETIME NOT NULL, 
	last_value_at DATETIME NOT NULL, 
	resolved_at DATETIME, 
	notified_state VARCHAR(8), 
	PRIMARY KEY (id)
);
INSERT INTO "alert" VALUES('alert-1','disk_low','','FIRING',123.0,500.0,'2026-11-29 19:00:00.000000','2026-11-29 19:05:00.000000',NULL,'FIRING');
CREATE TABLE app (
	slug VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	description VARCHAR NOT NULL, 
	source_id VARCHAR, 
	spec JSON NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	wanted_running BOOLEAN NOT NULL, 
	frontend_port INTEGER, 
	backend_port INTEGER, 
	pid INTEGER, 
	pid_create_time FLOAT, 
	started_at DATETIME, 
	crashes INTEGER NOT NULL, 
	next_restart_at DATETIME, 
	health JSON NOT NULL, 
	last_error VARCHAR NOT NULL, 
	operation_id VARCHAR, 
	created_at DATETIME NOT NULL, source_schema JSON DEFAULT '{}' NOT NULL, source_changes JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (slug)
);
INSERT INTO "app" VALUES('sample_shop','Sample shop','','source-1','{}','RUNNING',0,NULL,NULL,NULL,NULL,NULL,0,NULL,'{}','','operation-1','2026-11-22 07:00:00.000000','{}','{}');
CREATE TABLE app_repository (
	app VARCHAR NOT NULL, 
	remote_url VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	repo_id INTEGER NOT NULL, 
	PRIMARY KEY (app), 
	FOREIGN KEY(app) REFERENCES app (slug) ON DELETE CASCADE
);
INSERT INTO "app_repository" VALUES('sample_shop','https://github.com/owner/shop','',7);
CREATE TABLE audit_entry (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	user_id VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "audit_entry" VALUES(1,'2026-11-29 12:00:00.000000','account-1','set_up','','','127.0.0.1');
CREATE TABLE codegen_run (
	"key" VARCHAR NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	app VARCHAR NOT NULL, 
	state VARCHAR(9) NOT NULL, 
	branch VARCHAR NOT NULL, 
	prompt VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	asked_at DATETIME, 
	deadline DATETIME, 
	remote_id INTEGER, 
	remote_status VARCHAR NOT NULL, 
	web_url VARCHAR NOT NULL, 
	summary VARCHAR NOT NULL, 
	pull_url VARCHAR NOT NULL, 
	pull_title VARCHAR NOT NULL, 
	pull_branch VARCHAR NOT NULL, 
	pull_state VARCHAR NOT NULL, 
	error JSON, 
	applied_by VARCHAR, 
	applied_at DATETIME, shown JSON, 
	PRIMARY KEY ("key")
);
INSERT INTO "codegen_run" VALUES('operation-1','0e08602a49f2','sample_shop','DONE','proto-ddf/sample_shop/operation-1','Repair it','2026-11-22 08:30:00.000000','2026-11-22 08:30:05.000000','2026-11-22 09:30:00.000000',1000,'COMPLETE','https://codegen.com/agent/trace/1000','','https://github.com/owner/shop/pull/1','Repair the page','codegen/fix','open',NULL,NULL,NULL,NULL);
CREATE TABLE delivery (
	id VARCHAR NOT NULL, 
	channel_id VARCHAR NOT NULL, 
	channel_name VARCHAR NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	round VARCHAR NOT NULL, 
	priority VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	link VARCHAR NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	message_id VARCHAR NOT NULL, 
	digest BOOLEAN NOT NULL, 
	quiet BOOLEAN NOT NULL, 
	doubtful BOOLEAN NOT NULL, 
	left_out INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	not_before DATETIME NOT NULL, 
	error VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	queued_at DATETIME NOT NULL, 
	claimed_at DATETIME, 
	ended_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "delivery" VALUES('delivery-1','channel-1','Team','incident-1','new','','high','Disk is full','','','PENDING','',0,0,0,0,0,'2026-11-22 07:00:00.000000','','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000',NULL,NULL);
CREATE TABLE discarded_errors (
	day VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (day, reason)
);
CREATE TABLE error (
	id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	operation VARCHAR NOT NULL, 
	operation_id VARCHAR, 
	user_id VARCHAR NOT NULL, 
	error_type VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	family VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	hint VARCHAR NOT NULL, 
	field VARCHAR, 
	retry_possible BOOLEAN NOT NULL, 
	resolved_at DATETIME, incident_id VARCHAR, subject VARCHAR DEFAULT '' NOT NULL, component VARCHAR DEFAULT '' NOT NULL, times INTEGER DEFAULT '1' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "error" VALUES('error-1','2026-11-22 07:00:00.000000','Test Sample shop','operation-1','anonymous','TimeoutError','timeout','integration','Timed out','It took too long.','',NULL,0,'2026-11-22 07:00:00.000000','0e08602a49f2','source-1','',1);
CREATE TABLE error_body (
	error_id VARCHAR NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (error_id), 
	FOREIGN KEY(error_id) REFERENCES error (id) ON DELETE CASCADE
);
INSERT INTO "error_body" VALUES('error-1',X'7801AB564ACECF2B49AD2851B252A8AEAD05002C6C0594');
CREATE TABLE escalation (
	id VARCHAR NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	level VARCHAR(7) NOT NULL, 
	reason VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE
);
INSERT INTO "escalation" VALUES('escalation-1','0e08602a49f2','MANUAL','5 attempts failed. A person has to look at it.','2026-11-22 08:30:00.000000');
CREATE TABLE incident (
	id VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	first_seen DATETIME NOT NULL, 
	last_seen DATETIME NOT NULL, 
	count INTEGER NOT NULL, 
	acknowledged_at DATETIME, 
	regressed_at DATETIME, 
	resolved_at DATETIME, 
	muted_until DATETIME, 
	muted_for_ever BOOLEAN NOT NULL, 
	notes JSON NOT NULL, component VARCHAR DEFAULT '' NOT NULL, handled_count INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (fingerprint)
);
INSERT INTO "incident" VALUES('0e08602a49f2','1:c3a51ef19ddc6fd5a766bcdeeeb04602','timeout','timeout','medium','Timed out','It took too long.','RESOLVED','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000',1,NULL,NULL,'2026-11-22 07:00:00.000000',NULL,0,'[]','',1);
CREATE TABLE incident_action (
	id INTEGER NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	action VARCHAR(12) NOT NULL, 
	until DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(incident_id) REFERENCES incident (id) ON DELETE CASCADE
);
INSERT INTO "incident_action" VALUES(1,'0e08602a49f2','2026-11-29 12:00:00.000000','MUTED',NULL);
CREATE TABLE incident_episode (
	id INTEGER NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	opened_at DATETIME NOT NULL, 
	resolved_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "incident_episode" VALUES(1,'0e08602a49f2','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000');
CREATE TABLE notification_channel (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	config JSON NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "notification_channel" VALUES('channel-1','slack','Team','{"webhook": "secret:0123456789abcdef0123456789abcdef"}',1,'2026-11-22 07:00:00.000000');
CREATE TABLE one_time_token (
	token_hash VARCHAR NOT NULL, 
	purpose VARCHAR(8) NOT NULL, 
	account_id VARCHAR, 
	expires_at DATETIME NOT NULL, 
	PRIMARY KEY (token_hash), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE "operation" (
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	user_id VARCHAR NOT NULL, 
	input JSON NOT NULL, 
	state VARCHAR(9) NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	run INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "operation" VALUES('operation-1','test_source','Test Sample shop','source-1','anonymous','{}','SUCCEEDED','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000',1);
CREATE TABLE operation_log (
	id INTEGER NOT NULL, 
	operation_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	line VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(operation_id) REFERENCES operation (id) ON DELETE CASCADE
);
INSERT INTO "operation_log" VALUES(1,'operation-1',0,'2026-11-22 07:00:00.000000','3 rows');
CREATE TABLE operation_step (
	operation_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	state VARCHAR(9) NOT NULL, 
	message VARCHAR NOT NULL, 
	runs INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	wait_until DATETIME, 
	error JSON, 
	child_pid INTEGER, 
	child_create_time FLOAT, 
	started_at DATETIME, 
	finished_at DATETIME, output JSON, interim_output JSON, 
	PRIMARY KEY (operation_id, position), 
	FOREIGN KEY(operation_id) REFERENCES operation (id) ON DELETE CASCADE
);
INSERT INTO "operation_step" VALUES('operation-1',0,'check','Check','SUCCEEDED','',1,0,0,NULL,'null',NULL,NULL,'2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000','{"rows": 3}',NULL);
CREATE TABLE port_reservation (
	name VARCHAR NOT NULL, 
	frontend INTEGER NOT NULL, 
	backend INTEGER NOT NULL, 
	PRIMARY KEY (name), 
	UNIQUE (backend), 
	UNIQUE (frontend)
);
INSERT INTO "port_reservation" VALUES('sample_shop',3100,3101);
CREATE TABLE recovery_attempt (
	id VARCHAR NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	strategy VARCHAR NOT NULL, 
	operation_id VARCHAR NOT NULL, 
	original_operation_id VARCHAR, 
	number INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (operation_id)
);
INSERT INTO "recovery_attempt" VALUES('attempt-1','incident-1','source-1','reconnect','operation-2','operation-1',1,'VERIFIED','2026-11-29 07:00:00.000000','2026-11-29 07:00:01.000000');
CREATE TABLE report (
	id VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	format VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	time_range VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	size INTEGER NOT NULL, 
	is_scheduled BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "report" VALUES('operation-2','summary','html','Summary of errors','24h','2026-11-29 06:00:00.000000',16955,0);
CREATE TABLE report_schedule (
	schedule VARCHAR NOT NULL, 
	last_due DATETIME NOT NULL, 
	PRIMARY KEY (schedule)
);
INSERT INTO "report_schedule" VALUES('daily','2026-11-29 06:00:00.000000');
CREATE TABLE rollup_class (
	grain VARCHAR NOT NULL, 
	bucket DATETIME NOT NULL, 
	code VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	component VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (grain, bucket, code, type, severity, component)
);
INSERT INTO "rollup_class" VALUES('hour','2026-11-22 07:00:00.000000','timeout','timeout','medium','',1);
INSERT INTO "rollup_class" VALUES('day','2026-11-22 00:00:00.000000','timeout','timeout','medium','',1);
CREATE TABLE rollup_incident (
	grain VARCHAR NOT NULL, 
	bucket DATETIME NOT NULL, 
	incident_id VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (grain, bucket, incident_id)
);
INSERT INTO "rollup_incident" VALUES('hour','2026-11-22 07:00:00.000000','0e08602a49f2',1);
INSERT INTO "rollup_incident" VALUES('day','2026-11-22 00:00:00.000000','0e08602a49f2',1);
CREATE TABLE rollup_network_error (
	grain VARCHAR NOT NULL, 
	bucket DATETIME NOT NULL, 
	target VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (grain, bucket, target, code)
);
CREATE TABLE rollup_outcome (
	grain VARCHAR NOT NULL, 
	bucket DATETIME NOT NULL, 
	kind VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	outcome VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	PRIMARY KEY (grain, bucket, kind, subject, outcome)
);
CREATE TABLE rollup_subject (
	grain VARCHAR NOT NULL, 
	bucket DATETIME NOT NULL, 
	subject VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	PRIMARY KEY (grain, bucket, subject)
);
INSERT INTO "rollup_subject" VALUES('hour','2026-11-22 07:00:00.000000','source-1',1);
INSERT INTO "rollup_subject" VALUES('day','2026-11-22 00:00:00.000000','source-1',1);
CREATE TABLE secret (
	id VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "secret" VALUES('0123456789abcdef0123456789abcdef','gAAAAABnothing','2026-11-22 07:00:00.000000');
CREATE TABLE session (
	id VARCHAR NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	kind VARCHAR(9) NOT NULL, 
	account_id VARCHAR, 
	address VARCHAR NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (token_hash), 
	FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
INSERT INTO "session" VALUES('session-1','00','ACCOUNT','account-1','127.0.0.1','Browser','2026-11-29 12:00:00.000000','2026-11-29 12:00:00.000000');
CREATE TABLE source (
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	config JSON NOT NULL, 
	table_schema JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, schema_changes JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "source" VALUES('source-1','Sample shop','sqlite','{"path": "sample_shop.db"}','{}','2026-11-22 07:00:00.000000','2026-11-22 07:00:00.000000','{}');
CREATE TABLE usage_event (
	id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	page VARCHAR NOT NULL, 
	category VARCHAR NOT NULL, 
	"action" VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	value FLOAT, 
	PRIMARY KEY (id)
);
INSERT INTO "usage_event" VALUES('0123456789abcdef0123456789abcdef','2026-11-22 08:00:00.000000','/sources/:id','page','view','',1500.0);
CREATE INDEX ix_app_source_id ON app (source_id);
CREATE INDEX ix_error_at ON error (at);
CREATE INDEX ix_error_operation_id ON error (operation_id);
CREATE INDEX ix_operation_log_step ON operation_log (operation_id, position);
CREATE INDEX ix_operation_kind ON operation (kind);
CREATE INDEX ix_operation_subject ON operation (subject);
CREATE INDEX ix_operation_created_at ON operation (created_at);
CREATE INDEX ix_operation_state ON operation (state);
CREATE INDEX ix_incident_state ON incident (state, last_seen);
CREATE INDEX ix_error_incident ON error (incident_id, at);
CREATE UNIQUE INDEX ix_delivery_once ON delivery (channel_id, incident_id, reason, round);
CREATE INDEX ix_delivery_state ON delivery (state, channel_id, not_before);
CREATE INDEX ix_delivery_claimed ON delivery (channel_id, claimed_at);
CREATE INDEX ix_incident_episode ON incident_episode (incident_id, opened_at);
CREATE INDEX ix_incident_episode_opened_at ON incident_episode (opened_at);
CREATE INDEX ix_report_created_at ON report (created_at);
CREATE UNIQUE INDEX ix_alert_firing ON alert (rule, subject) WHERE state = 'FIRING';
CREATE INDEX ix_alert_started_at ON alert (started_at);
CREATE INDEX ix_escalation_incident_id ON escalation (incident_id);
CREATE INDEX ix_codegen_run_incident_id ON codegen_run (incident_id);
CREATE UNIQUE INDEX ix_recovery_attempt_running ON recovery_attempt (subject) WHERE state = 'RUNNING';
CREATE INDEX ix_recovery_attempt_incident ON recovery_attempt (incident_id, started_at);
CREATE INDEX ix_recovery_attempt_original_operation_id ON recovery_attempt (original_operation_id);
CREATE INDEX ix_recovery_attempt_started_at ON recovery_attempt (started_at);
CREATE INDEX ix_incident_action ON incident_action (incident_id, at);
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE INDEX ix_audit_entry_at ON audit_entry (at);
CREATE INDEX ix_audit_entry_user_id ON audit_entry (user_id);
CREATE INDEX ix_audit_entry_action ON audit_entry (action);
CREATE INDEX ix_usage_event_at ON usage_event (at);
COMMIT;
