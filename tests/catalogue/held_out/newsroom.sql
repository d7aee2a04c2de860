CREATE TABLE authors (author_id INTEGER PRIMARY KEY, byline TEXT, email TEXT, avatar_url TEXT, job_title TEXT);
CREATE TABLE sections (section_id INTEGER PRIMARY KEY, section_name TEXT, parent_section_id INTEGER REFERENCES sections(section_id), hex_color TEXT);
CREATE TABLE articles (article_id INTEGER PRIMARY KEY, slug TEXT UNIQUE, headline TEXT, author_id INTEGER REFERENCES authors(author_id), section_id INTEGER REFERENCES sections(section_id),
  body TEXT, published_at DATETIME, word_count INTEGER, paywalled INTEGER, lead_image_url TEXT, canonical_url TEXT, meta_json TEXT, language TEXT);
CREATE TABLE topics (topic_id INTEGER PRIMARY KEY, topic TEXT UNIQUE);
CREATE TABLE article_topics (article_id INTEGER REFERENCES articles(article_id), topic_id INTEGER REFERENCES topics(topic_id));
CREATE TABLE page_views (article_id INTEGER REFERENCES articles(article_id), view_date DATETIME, views INTEGER, bounce_rate REAL, PRIMARY KEY (article_id, view_date));
CREATE TABLE corrections (id INTEGER PRIMARY KEY, article_id INTEGER REFERENCES articles(article_id), issued DATE, text TEXT);
INSERT INTO authors SELECT n, first_name(n) || ' ' || last_name(n), email(n, 'news.example'), 'https://img.example.com/a/' || n || '.png', pick(n, 'Reporter|Reporter|Editor|Columnist') FROM numbers WHERE n <= 30;
INSERT INTO sections SELECT n, turn(n, 'News|Sport|Culture|Local|World|Football|Film'), CASE WHEN n > 3 THEN whole(n, 1, 3) END, color(n) FROM numbers WHERE n <= 7;
INSERT INTO articles SELECT n, 'story-' || n, words(n, 6), whole(n, 1, 30), whole(n, 1, 7), prose(n, 8), moment(n, '2023-06-01', '2024-12-31'), whole(n, 200, 2400), pick(n, '0|0|1'),
  'https://img.example.com/l/' || n || '.jpg', 'https://news.example.com/' || n, '{"words": ' || whole(n, 1, 99) || '}', CASE WHEN n = 77 THEN 'fr' ELSE 'en' END FROM numbers WHERE n <= 200;
INSERT INTO topics SELECT n, turn(n, 'Climate|Transport|Housing|Schools|Elections|Music') FROM numbers WHERE n <= 6;
INSERT INTO article_topics SELECT DISTINCT whole(n, 1, 200), whole(n, 1, 6) FROM numbers WHERE n <= 210;
INSERT OR IGNORE INTO page_views SELECT whole(n, 1, 200), day(n, '2024-01-01', '2024-12-31') || ' 00:00:00', whole(n, 10, 9000), fraction(n, 0.2, 0.95, 3) FROM numbers;
