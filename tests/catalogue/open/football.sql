CREATE TABLE team (team_id INTEGER PRIMARY KEY, team_name TEXT, short_name TEXT, founded INTEGER, stadium TEXT, primary_colour TEXT, crest_url TEXT);
CREATE TABLE player (player_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, shirt_no INTEGER, position TEXT, team_id INTEGER REFERENCES team(team_id),
  dob DATE, market_value_eur INTEGER);
CREATE TABLE match (match_id INTEGER PRIMARY KEY, home_team_id INTEGER REFERENCES team(team_id), away_team_id INTEGER REFERENCES team(team_id),
  kick_off DATETIME, home_goals INTEGER, away_goals INTEGER, attendance INTEGER);
CREATE TABLE goal (goal_id INTEGER PRIMARY KEY, match_id INTEGER REFERENCES match(match_id), player_id INTEGER REFERENCES player(player_id),
  minute INTEGER, own_goal INTEGER);
CREATE VIEW standings AS SELECT team_name, SUM(home_goals) AS goals, COUNT(*) AS played FROM team JOIN match ON home_team_id = team_id GROUP BY team_id;
INSERT INTO team SELECT n, turn(n, 'Rovers|United|City|Athletic|Wanderers|Harbour FC|Rangers|Albion'), turn(n, 'ROV|UNI|CIT|ATH|WAN|HAR|RAN|ALB'),
  whole(n, 1880, 1960), words(n) || ' Park', color(n), 'https://crests.example.com/' || n || '.png' FROM numbers WHERE n <= 8;
INSERT INTO player SELECT n, first_name(n), last_name(n), whole(n, 1, 30), pick(n, 'GK|DF|MF|FW'), 1 + n % 8, day(n, '1988-01-01', '2006-12-31'),
  whole(n, 1, 400) * 50000 FROM numbers WHERE n <= 160;
INSERT INTO match SELECT n, 1 + n % 8, 1 + (n + 1 + n / 8 % 7) % 8, day(n, '2023-08-01', '2024-05-30') || ' ' || pick(n, '15:00:00|17:30:00|20:00:00'),
  whole(n, 0, 4), whole(n, 0, 3), whole(n, 2000, 45000) FROM numbers WHERE n <= 112;
INSERT INTO goal SELECT n, whole(n, 1, 112), whole(n, 1, 160), whole(n, 1, 90), pick(n, '0|0|0|0|1') FROM numbers;
