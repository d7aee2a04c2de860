CREATE TABLE hotels (id INTEGER PRIMARY KEY, nom TEXT, ville TEXT, code_postal TEXT, telephone TEXT, site_web TEXT, etoiles INTEGER);
CREATE TABLE chambres (id INTEGER PRIMARY KEY, hotel_id INTEGER REFERENCES hotels(id), numero TEXT, type_chambre TEXT, prix_nuit DECIMAL(8, 2), balcon INTEGER);
CREATE TABLE clients (id INTEGER PRIMARY KEY, courriel TEXT UNIQUE, prenom TEXT, nom TEXT, date_naissance DATETIME, pays TEXT);
CREATE TABLE reservations (id INTEGER PRIMARY KEY, chambre_id INTEGER REFERENCES chambres(id), client_id INTEGER REFERENCES clients(id), arrivee DATETIME, depart DATETIME,
  montant DECIMAL(9, 2), remise REAL, statut TEXT, commentaire TEXT);
CREATE TABLE avis (id INTEGER PRIMARY KEY, reservation_id INTEGER REFERENCES reservations(id), note INTEGER, texte TEXT);
INSERT INTO hotels SELECT n, 'Hôtel ' || words(n), city(n), postcode(n), phone(n), 'https://hotel' || n || '.example.fr', whole(n, 2, 5) FROM numbers WHERE n <= 7;
INSERT INTO chambres SELECT n, 1 + n % 7, 100 + n / 7, pick(n, 'simple|double|suite'), whole(n, 12, 60) * 5.5, pick(n, '0|1') FROM numbers WHERE n <= 84;
INSERT INTO clients SELECT n, email(n, 'courriel.fr'), first_name(n), last_name(n), day(n, '1945-01-01', '2003-12-31') || ' 00:00:00', pick(n, 'France|Belgique|Suisse') FROM numbers WHERE n <= 130;
INSERT INTO reservations SELECT n, whole(n, 1, 84), whole(n, 1, 130), day(n, '2023-01-01', '2024-06-30') || ' 00:00:00', day(n, '2024-07-01', '2024-12-31') || ' 00:00:00',
  fraction(n, 60, 1500, 2), pick(n, '0|0|0.1|0.15'), pick(n, 'confirmée|annulée|payée'), CASE WHEN n % 4 = 0 THEN prose(n) END FROM numbers WHERE n <= 260;
INSERT INTO avis SELECT n, n * 2, whole(n, 1, 5), prose(n, 3) FROM numbers WHERE n <= 110;
