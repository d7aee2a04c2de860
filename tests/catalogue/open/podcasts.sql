CREATE TABLE shows (id TEXT PRIMARY KEY, title TEXT, feed_url TEXT, language TEXT, cover_url TEXT, accent_color TEXT, explicit INTEGER);
CREATE TABLE hosts (id INTEGER PRIMARY KEY, display_name TEXT, twitter TEXT, email TEXT);
CREATE TABLE show_hosts (show_id TEXT REFERENCES shows(id), host_id INTEGER REFERENCES hosts(id), PRIMARY KEY (show_id, host_id));
CREATE TABLE episodes (id TEXT PRIMARY KEY, show_id TEXT REFERENCES shows(id), season INTEGER, number INTEGER, title TEXT, show_notes TEXT, published_at DATETIME,
  duration_s INTEGER, audio_url TEXT, completion_rate REAL);
CREATE TABLE downloads (episode_id TEXT REFERENCES episodes(id), day DATETIME, country TEXT, count INTEGER, PRIMARY KEY (episode_id, day, country));
CREATE TABLE sponsors (id INTEGER PRIMARY KEY, name TEXT, monthly_fee NUMERIC(9, 2), since INTEGER);
INSERT INTO shows SELECT unique_id(n, 'show'), words(n, 3), 'https://feeds.example.com/' || n || '/rss', pick(n, 'en|de|fr'), 'https://img.example.com/c' || n || '.jpeg', color(n), pick(n, '0|1') FROM numbers WHERE n <= 20;
INSERT INTO hosts SELECT n, first_name(n) || ' ' || last_name(n), '@' || lower(last_name(n)) || n, email(n) FROM numbers WHERE n <= 30;
INSERT INTO show_hosts SELECT DISTINCT unique_id(whole(n, 1, 20), 'show'), n FROM numbers WHERE n <= 30;
INSERT INTO episodes SELECT unique_id(n, 'episode'), unique_id(1 + n % 20, 'show'), 1 + n / 100, 1 + n / 20, words(n, 4), prose(n, 5), moment(n, '2022-01-01', '2024-12-31'), whole(n, 900, 5400),
  'https://audio.example.com/' || n || '.mp3', fraction(n, 0.2, 1, 2) FROM numbers WHERE n <= 200;
INSERT OR IGNORE INTO downloads SELECT unique_id(whole(n, 1, 200), 'episode'), day(n, '2023-01-01', '2024-12-31') || ' 00:00:00', pick(n, 'DE|US|FR|BR'), whole(n, 5, 900) FROM numbers;
INSERT INTO sponsors SELECT n, company(n), whole(n, 4, 40) * 50, whole(n, 2012, 2024) FROM numbers WHERE n <= 20;
