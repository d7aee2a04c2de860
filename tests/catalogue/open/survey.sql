CREATE TABLE survey (survey_id INTEGER PRIMARY KEY, survey_name TEXT, opened DATETIME, anonymous TEXT);
CREATE TABLE question (survey_id INTEGER REFERENCES survey(survey_id), question_no INTEGER, wording TEXT, kind TEXT, mandatory INTEGER, PRIMARY KEY (survey_id, question_no));
CREATE TABLE respondent (respondent_id TEXT PRIMARY KEY, age_group TEXT, region_id INTEGER REFERENCES region(region_id), consent INTEGER);
CREATE TABLE region (region_id INTEGER PRIMARY KEY, region_description TEXT);
CREATE TABLE answer (answer_id INTEGER PRIMARY KEY, survey_id INTEGER, question_no INTEGER, respondent_id TEXT REFERENCES respondent(respondent_id), score INTEGER, comment TEXT, answered_at DATETIME,
  FOREIGN KEY (survey_id, question_no) REFERENCES question(survey_id, question_no));
CREATE VIEW average_scores AS SELECT survey_id, question_no, AVG(score) AS average_score FROM answer GROUP BY 1, 2;
INSERT INTO survey SELECT n, turn(n, 'Staff 2023|Customers 2023|Staff 2024|Customers 2024'), whole(n, 2023, 2024) || '-0' || n || '-05 00:00:00', pick(n, 'true|false') FROM numbers WHERE n <= 4;
INSERT INTO question SELECT 1 + n % 4, 1 + n / 4, words(n, 8) || '?', pick(n, 'scale|free text'), pick(n, '1|0') FROM numbers WHERE n <= 40;
INSERT INTO region SELECT n, turn(n, 'North|South|East|West') FROM numbers WHERE n <= 4;
INSERT INTO respondent SELECT unique_id(n), pick(n, '18-29|30-44|45-64|65+'), whole(n, 1, 4), 1 FROM numbers WHERE n <= 120;
INSERT INTO answer SELECT n, survey_id, question_no, unique_id(whole(n, 1, 120)), whole(n, 1, 5), CASE WHEN n % 5 = 0 THEN prose(n, 3) END, moment(n, '2023-01-06', '2024-06-30')
  FROM numbers JOIN question ON question.rowid = 1 + n % 40;
