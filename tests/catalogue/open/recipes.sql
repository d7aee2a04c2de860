CREATE TABLE cuisine (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE ingredient (id INTEGER PRIMARY KEY, name TEXT UNIQUE, is_vegan TEXT, kcal_per_100g INTEGER);
CREATE TABLE recipe (id INTEGER PRIMARY KEY, title TEXT, slug TEXT UNIQUE, cuisine_id INTEGER REFERENCES cuisine(id), prep_min INTEGER, servings INTEGER,
  instructions TEXT, photo_url TEXT, difficulty TEXT, created DATETIME, published INTEGER);
CREATE TABLE recipe_ingredient (recipe_id INTEGER REFERENCES recipe(id), ingredient_id INTEGER REFERENCES ingredient(id), amount_g REAL, PRIMARY KEY (recipe_id, ingredient_id));
CREATE TABLE collection (id INTEGER PRIMARY KEY, label TEXT);
CREATE TABLE collection_recipe (id INTEGER PRIMARY KEY, collection_id INTEGER REFERENCES collection(id), recipe_id INTEGER REFERENCES recipe(id));
CREATE TABLE review (id INTEGER PRIMARY KEY, recipe_id INTEGER REFERENCES recipe(id), reviewer_name TEXT, stars INTEGER, body TEXT, reviewed_on DATE);
INSERT INTO cuisine SELECT n, turn(n, 'Italian|Indian|Mexican|Thai|Turkish') FROM numbers WHERE n <= 5;
INSERT INTO ingredient SELECT n, words(n), pick(n, 'true|false'), whole(n, 10, 800) FROM numbers WHERE n <= 60;
INSERT INTO recipe SELECT n, words(n + 60, 3), 'recipe-' || n, whole(n, 1, 5), whole(n, 5, 120), whole(n, 1, 8), prose(n, 6), 'https://cdn.example.com/r' || n || '.webp',
  pick(n, 'easy|medium|hard'), day(n, '2022-01-01', '2024-12-31') || ' 00:00:00', n <> 40 FROM numbers WHERE n <= 100;
INSERT OR IGNORE INTO recipe_ingredient SELECT 1 + n % 100, whole(n, 1, 60), fraction(n, 5, 500, 0) FROM numbers;
INSERT INTO collection SELECT n, turn(n, 'Weeknight|Festive|Budget|Kids') FROM numbers WHERE n <= 4;
INSERT INTO collection_recipe SELECT n, whole(n, 1, 4), n FROM numbers WHERE n <= 70;
INSERT INTO review SELECT n, whole(n, 1, 100), pick(n, 'Ada|Ben|Clara|David|Emma'), whole(n, 1, 5), prose(n, 3), day(n, '2022-06-01', '2024-12-31') FROM numbers WHERE n <= 200;
