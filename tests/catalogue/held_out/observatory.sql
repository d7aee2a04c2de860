CREATE TABLE Telescope (TelescopeId INTEGER PRIMARY KEY, TelescopeName TEXT, ApertureMm INTEGER, FirstLight INTEGER, Latitude REAL, Longitude REAL);
CREATE TABLE Target (TargetId INTEGER PRIMARY KEY, Designation TEXT UNIQUE, ParentTargetId INTEGER REFERENCES Target(TargetId), RightAscension REAL, Declination REAL, Magnitude REAL, ObjectType TEXT);
CREATE TABLE Astronomer (AstronomerId INTEGER PRIMARY KEY, GivenName TEXT, FamilyName TEXT, EMail TEXT, Homepage TEXT);
CREATE TABLE Exposure (ExposureUuid TEXT PRIMARY KEY, TelescopeId INTEGER REFERENCES Telescope(TelescopeId), TargetId INTEGER REFERENCES Target(TargetId), AstronomerId INTEGER REFERENCES Astronomer(AstronomerId),
  TakenAt DATETIME, ExposureSec REAL, Airmass REAL, CloudShare REAL, Usable TEXT, Preview BLOB, FitsHeader TEXT);
CREATE TABLE NightLog (Night DATETIME PRIMARY KEY, Remarks TEXT, Clear INTEGER);
CREATE TABLE Calibration (Id INTEGER PRIMARY KEY, TelescopeId INTEGER REFERENCES Telescope(TelescopeId), DoneOn DATE);
INSERT INTO Telescope SELECT n, turn(n, 'Kepler|Galileo|Huygens|Herschel'), whole(n, 200, 4000), whole(n, 1960, 2020), fraction(n, -30, 40, 4), fraction(n, -70, 20, 4) FROM numbers WHERE n <= 4;
INSERT INTO Target SELECT n, 'PX ' || (2000 + n * 3), CASE WHEN n > 20 AND n % 2 THEN whole(n, 1, 20) END, fraction(n, 0, 360, 5), fraction(n, -80, 80, 5), fraction(n, 4, 19, 2), pick(n, 'star|galaxy|nebula|planet') FROM numbers WHERE n <= 90;
INSERT INTO Astronomer SELECT n, first_name(n), last_name(n), email(n, 'obs.example'), 'https://obs.example/~' || lower(last_name(n)) || n FROM numbers WHERE n <= 25;
INSERT INTO Exposure SELECT unique_id(n), whole(n, 1, 4), whole(n, 1, 90), whole(n, 1, 25), moment(n, '2023-01-01', '2024-12-31'), turn(n, '10|30|60|120|300'), fraction(n, 1, 2.5, 3), fraction(n, 0, 1, 2), pick(n, 'T|T|F'), png(n),
  '{"filter": "' || pick(n, 'R|G|B') || '", "gain": ' || whole(n, 1, 9) || '}' FROM numbers WHERE n <= 280;
INSERT INTO NightLog SELECT date('2024-01-01', '+' || n || ' days') || ' 00:00:00', prose(n, 3), pick(n, '0|1|1') FROM numbers WHERE n <= 90;
