CREATE TABLE judges (judge_id INTEGER PRIMARY KEY, title TEXT, last_name TEXT, first_name TEXT, chamber TEXT);
CREATE TABLE case_types (code TEXT PRIMARY KEY, description TEXT);
CREATE TABLE cases (case_id INTEGER PRIMARY KEY, docket_no TEXT UNIQUE, caption TEXT, case_type TEXT REFERENCES case_types(code), judge_id INTEGER REFERENCES judges(judge_id),
  filed DATETIME, closed DATETIME, amount_in_dispute NUMERIC(12, 2), sealed TEXT, appeal_of INTEGER REFERENCES cases(case_id), summary TEXT);
CREATE TABLE parties (party_id INTEGER PRIMARY KEY, case_id INTEGER REFERENCES cases(case_id), role TEXT, party_name TEXT, address TEXT, postal_code TEXT, phone TEXT);
CREATE TABLE hearings (hearing_id INTEGER PRIMARY KEY, case_id INTEGER REFERENCES cases(case_id), scheduled DATETIME, room TEXT, duration_min INTEGER, outcome TEXT);
INSERT INTO judges SELECT n, pick(n, 'Hon.|Dr.'), last_name(n), first_name(n), pick(n, 'Civil|Criminal|Family') FROM numbers WHERE n <= 20;
INSERT INTO case_types SELECT turn(n, 'CV|CR|FA|SC'), turn(n, 'Civil|Criminal|Family|Small claims') FROM numbers WHERE n <= 4;
INSERT INTO cases SELECT n, printf('%d-%05d', 2020 + n % 5, n), last_name(n) || ' v. ' || words(n), pick(n, 'CV|CR|FA|SC'), whole(n, 1, 20), day(n, '2020-01-01', '2023-12-31') || ' 00:00:00',
  CASE WHEN n % 3 THEN day(n, '2024-01-01', '2024-12-31') || ' 00:00:00' END, fraction(n, 200, 250000, 2), pick(n, 'N|N|N|Y'), CASE WHEN n % 10 = 0 THEN n - 3 END, prose(n) FROM numbers WHERE n <= 160;
INSERT INTO parties SELECT n, 1 + n % 160, pick(n, 'plaintiff|defendant|witness'), first_name(n + 9) || ' ' || last_name(n + 9), street(n), postcode(n), phone(n) FROM numbers;
INSERT INTO hearings SELECT n, whole(n, 1, 160), moment(n, '2021-01-01', '2024-12-31'), pick(n, '1A|1B|2A'), whole(n, 10, 240), pick(n, 'adjourned|settled|decided') FROM numbers WHERE n <= 220;
