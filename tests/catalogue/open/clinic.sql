CREATE TABLE clinic (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, website TEXT);
CREATE TABLE doctor (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, job_title TEXT, email TEXT, phone TEXT);
CREATE TABLE doctor_clinic (
  doctor_id INTEGER REFERENCES doctor(id), clinic_id INTEGER REFERENCES clinic(id), PRIMARY KEY (doctor_id, clinic_id));
CREATE TABLE patient (id INTEGER PRIMARY KEY, email TEXT UNIQUE, postal_code TEXT, first_name TEXT NOT NULL,
  last_name TEXT NOT NULL, birth_date DATETIME, sex TEXT, is_insured INTEGER, height_cm INTEGER, notes TEXT);
CREATE TABLE visit (id INTEGER PRIMARY KEY, patient_id INTEGER NOT NULL REFERENCES patient(id),
  doctor_id INTEGER REFERENCES doctor(id), clinic_id INTEGER REFERENCES clinic(id), visited_at DATETIME,
  reason TEXT, temperature_c REAL);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, visit_id INTEGER NOT NULL REFERENCES visit(id), billing_postal_code TEXT,
  issued_on DATETIME, amount DECIMAL(10, 2), paid TEXT);
INSERT INTO clinic SELECT n, turn(n, 'North Clinic|South Clinic|Harbour Clinic|Old Town Clinic'), city(n),
  'https://clinics.example.org/' || n FROM numbers WHERE n <= 4;
INSERT INTO doctor SELECT n, first_name(n + 50), last_name(n + 50), pick(n, 'Surgeon|General practitioner|Nurse'),
  email(n + 50), phone(n) FROM numbers WHERE n <= 20;
INSERT INTO doctor_clinic SELECT DISTINCT n, whole(n, 1, 4) FROM numbers WHERE n <= 20;
INSERT INTO patient SELECT n, email(n), postcode(n), first_name(n), last_name(n),
  day(n, '1940-01-01', '2015-12-31') || ' 00:00:00', pick(n, 'F|M'), pick(n, '1|1|1|0'), whole(n, 120, 200), prose(n)
  FROM numbers WHERE n <= 120;
INSERT INTO visit SELECT n, whole(n, 1, 120), whole(n, 1, 20), whole(n, 1, 4), moment(n, '2023-01-01', '2024-12-31'),
  pick(n, 'Check-up|Vaccination|Injury|Follow-up'), fraction(n, 36, 40, 1) FROM numbers;
INSERT INTO invoice SELECT n, n, postcode(n), day(n, '2023-01-01', '2024-12-31') || ' 00:00:00',
  fraction(n, 20, 400, 2), pick(n, 'Y|Y|N') FROM numbers WHERE n <= 200;
