CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES categories(id), color TEXT);
CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT UNIQUE, name TEXT, description TEXT, category_id INTEGER REFERENCES categories(id),
  price NUMERIC(10, 2), weight_g INTEGER, image_url TEXT, active BOOLEAN);
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE, full_name TEXT, phone TEXT, created_at TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), ordered_at TEXT, ship_name TEXT,
  ship_address TEXT, ship_postal_code TEXT, status TEXT, total NUMERIC(10, 2));
CREATE TABLE order_items (order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER,
  unit_price NUMERIC(10, 2), discount REAL, PRIMARY KEY (order_id, product_id));
CREATE TABLE tags (id INTEGER PRIMARY KEY, label TEXT UNIQUE);
CREATE TABLE product_tags (product_id INTEGER REFERENCES products(id), tag_id INTEGER REFERENCES tags(id), PRIMARY KEY (product_id, tag_id));
CREATE TABLE returns (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), reason TEXT);
INSERT INTO categories SELECT n, turn(n, 'Kitchen|Garden|Office|Pans|Knives|Tools|Paper|Pens'),
  CASE WHEN n > 3 THEN whole(n, 1, 3) END, color(n) FROM numbers WHERE n <= 8;
INSERT INTO products SELECT n, 'SKU-' || (4000 + n), words(n), prose(n, 3), whole(n, 4, 8), fraction(n, 2, 90, 2), whole(n, 50, 4000),
  'https://img.example.com/p/' || n || '.jpg', pick(n, '1|1|1|0') FROM numbers WHERE n <= 90;
INSERT INTO customers SELECT n, email(n), first_name(n) || ' ' || last_name(n), phone(n), moment(n, '2021-01-01', '2024-06-30')
  FROM numbers WHERE n <= 100;
INSERT INTO orders SELECT n, whole(n, 1, 100), moment(n, '2023-01-01', '2024-12-31'), first_name(n + 7) || ' ' || last_name(n + 7),
  street(n), postcode(n), pick(n, 'new|paid|shipped|shipped|cancelled'), fraction(n, 10, 500, 2) FROM numbers WHERE n <= 250;
INSERT OR IGNORE INTO order_items SELECT whole(n, 1, 250, 'order'), whole(n, 1, 90), whole(n, 1, 5), fraction(n, 2, 90, 2),
  pick(n, '0|0|0.1|0.25') FROM numbers;
INSERT INTO tags SELECT n, turn(n, 'new|sale|eco|gift|best seller') FROM numbers WHERE n <= 5;
INSERT INTO product_tags SELECT DISTINCT whole(n, 1, 90), whole(n, 1, 5) FROM numbers WHERE n <= 80;
