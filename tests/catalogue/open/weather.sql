CREATE TABLE wx_station (wmo_id TEXT PRIMARY KEY, station_name TEXT, lat REAL, lon REAL, elev_m REAL, opened_year INTEGER, operator_phone TEXT, webcam_url TEXT);
CREATE TABLE wx_sensor (sensor_uuid TEXT PRIMARY KEY, wmo_id TEXT REFERENCES wx_station(wmo_id), kind TEXT, calibrated DATETIME, ok INTEGER);
CREATE TABLE wx_obs (wmo_id TEXT REFERENCES wx_station(wmo_id), obs_time DATETIME, temp_c REAL, rain_mm REAL, wind_ms REAL, rh_share REAL, raw TEXT, PRIMARY KEY (wmo_id, obs_time));
CREATE TABLE wx_alert (alert_id INTEGER PRIMARY KEY, wmo_id TEXT REFERENCES wx_station(wmo_id), level_color TEXT, headline TEXT, body TEXT, valid_on DATE);
INSERT INTO wx_station SELECT printf('10%03d', n * 7), words(n) || ' station', fraction(n, 47, 55, 4), fraction(n, 6, 15, 4), fraction(n, 1, 1500, 0), whole(n, 1881, 2015), phone(n), 'https://cams.example.org/' || n || '/latest.jpg' FROM numbers WHERE n <= 25;
INSERT INTO wx_sensor SELECT unique_id(n), printf('10%03d', (1 + n % 25) * 7), pick(n, 'thermometer|gauge|anemometer'), day(n, '2022-01-01', '2024-12-31') || ' 00:00:00', pick(n, '1|1|1|0') FROM numbers WHERE n <= 75;
INSERT OR IGNORE INTO wx_obs SELECT printf('10%03d', whole(n, 1, 25) * 7), moment(n, '2024-01-01', '2024-12-31'), fraction(n, -12, 35, 1), fraction(n, 0, 22, 1), fraction(n, 0, 25, 1), fraction(n, 0.2, 1, 2),
  '{"qc": ' || whole(n, 0, 3) || ', "src": "auto"}' FROM numbers;
INSERT INTO wx_alert SELECT n, printf('10%03d', whole(n, 1, 25) * 7), pick(n, '#ffcc00|#ff6600|#cc0000'), words(n, 4), prose(n, 3), day(n, '2024-01-01', '2024-12-31') FROM numbers WHERE n <= 45;
