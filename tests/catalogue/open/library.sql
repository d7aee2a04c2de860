CREATE TABLE autores (id_autor INTEGER PRIMARY KEY, nombre TEXT, apellido TEXT, nacionalidad TEXT, ano_nacimiento INTEGER);
CREATE TABLE libros (isbn TEXT PRIMARY KEY, titulo TEXT NOT NULL, ano_publicacion INTEGER, paginas INTEGER, resumen TEXT,
  portada_url TEXT, precio DECIMAL(8, 2));
CREATE TABLE libro_autor (isbn TEXT REFERENCES libros(isbn), id_autor INTEGER REFERENCES autores(id_autor), PRIMARY KEY (isbn, id_autor));
CREATE TABLE socios (id_socio INTEGER PRIMARY KEY, correo TEXT UNIQUE, telefono TEXT, nombre TEXT, apellido TEXT, fecha_alta DATE, activo INTEGER);
CREATE TABLE prestamos (id_prestamo INTEGER PRIMARY KEY, isbn TEXT REFERENCES libros(isbn), id_socio INTEGER REFERENCES socios(id_socio),
  fecha_prestamo DATETIME, fecha_devolucion DATETIME, multa DECIMAL(6, 2));
CREATE VIEW prestamos_abiertos AS SELECT id_prestamo, isbn, fecha_prestamo FROM prestamos WHERE fecha_devolucion IS NULL;
INSERT INTO autores SELECT n, first_name(n), last_name(n), pick(n, 'España|Francia|México|Chile'), whole(n, 1890, 1995) FROM numbers WHERE n <= 60;
INSERT INTO libros SELECT printf('978%010d', n * 7919), words(n, 4), whole(n, 1920, 2023), whole(n, 80, 900), prose(n),
  'https://portadas.example.es/' || n || '.png', fraction(n, 5, 45, 2) FROM numbers WHERE n <= 140;
INSERT INTO libro_autor SELECT DISTINCT printf('978%010d', whole(n, 1, 140) * 7919), whole(n, 1, 60) FROM numbers WHERE n <= 170;
INSERT INTO socios SELECT n, email(n, 'correo.es'), phone(n), first_name(n + 3), last_name(n + 3), day(n, '2018-01-01', '2024-06-30'),
  pick(n, '1|1|0') FROM numbers WHERE n <= 80;
INSERT INTO prestamos SELECT n, printf('978%010d', whole(n, 1, 140) * 7919), whole(n, 1, 80), day(n, '2023-01-01', '2024-12-31') || ' 00:00:00',
  CASE WHEN n % 9 THEN day(n + 1000, '2024-02-01', '2025-01-31') || ' 00:00:00' END, pick(n, '0|0|0|1.5|4') FROM numbers;
