CREATE TABLE tbl_Driver (DriverID INTEGER PRIMARY KEY, JobTitle TEXT, Email TEXT, FirstName TEXT, LastName TEXT, LicenceNo TEXT UNIQUE, HiredOn DATETIME);
CREATE TABLE tbl_Vehicle (VehicleID INTEGER PRIMARY KEY, VIN TEXT UNIQUE, Plate TEXT UNIQUE, Make TEXT, Model TEXT, ModelYear INTEGER, Odometer_km INTEGER, Photo BLOB, InService INTEGER);
CREATE TABLE tbl_Trip (TripID INTEGER PRIMARY KEY, VehicleID INTEGER REFERENCES tbl_Vehicle(VehicleID), DriverID INTEGER REFERENCES tbl_Driver(DriverID),
  StartedAt DATETIME, Distance_km REAL, Fuel_l REAL, StartLat REAL, StartLon REAL);
CREATE TABLE tbl_ServiceType (ServiceTypeCode TEXT PRIMARY KEY, ServiceTypeName TEXT);
CREATE TABLE tbl_Service (ServiceID INTEGER PRIMARY KEY, VehicleID INTEGER REFERENCES tbl_Vehicle(VehicleID), ServiceTypeCode TEXT REFERENCES tbl_ServiceType(ServiceTypeCode),
  ServiceDate DATETIME, Cost NUMERIC(10, 2), Warranty TEXT);
CREATE TABLE tbl_Accident (AccidentID INTEGER PRIMARY KEY, VehicleID INTEGER REFERENCES tbl_Vehicle(VehicleID), Happened DATETIME);
CREATE VIEW qry_CostPerVehicle AS SELECT Plate, SUM(Cost) AS TotalCost FROM tbl_Vehicle JOIN tbl_Service USING (VehicleID) GROUP BY VehicleID;
INSERT INTO tbl_Driver SELECT n, pick(n, 'Driver|Driver|Senior driver|Dispatcher'), email(n, 'fleet.example'), first_name(n), last_name(n), printf('L%07d', n * 997), day(n, '2010-01-05', '2023-12-31') || ' 00:00:00' FROM numbers WHERE n <= 40;
INSERT INTO tbl_Vehicle SELECT n, printf('WDB9%013d', n * 7121), turn(n, 'AC|B|K|HH|M') || '-PX ' || (100 + n), pick(n, 'Volvo|MAN|Iveco'), pick(n, 'FH16|TGX|Daily|S-Way'), whole(n, 2008, 2024), whole(n, 3000, 450000), jpeg(n), pick(n, '1|1|1|0')
  FROM numbers WHERE n <= 50;
INSERT INTO tbl_Trip SELECT n, whole(n, 1, 50), whole(n, 1, 40), moment(n, '2024-01-01', '2024-12-31'), fraction(n, 4, 900, 1), fraction(n, 1, 300, 1), fraction(n, 48, 54, 5), fraction(n, 7, 14, 5) FROM numbers;
INSERT INTO tbl_ServiceType SELECT turn(n, 'OIL|TYR|BRK|INS'), turn(n, 'Oil change|Tyres|Brakes|Inspection') FROM numbers WHERE n <= 4;
INSERT INTO tbl_Service SELECT n, whole(n, 1, 50), pick(n, 'OIL|OIL|TYR|BRK|INS'), day(n, '2022-01-01', '2024-12-31') || ' 00:00:00', fraction(n, 80, 2500, 2), pick(n, 'N|N|Y') FROM numbers WHERE n <= 180;
