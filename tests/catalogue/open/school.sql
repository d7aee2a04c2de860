CREATE TABLE Teachers (TeacherID INTEGER PRIMARY KEY, FirstName TEXT, LastName TEXT, Title TEXT, Email TEXT);
CREATE TABLE Courses (CourseID INTEGER PRIMARY KEY, CourseCode TEXT UNIQUE, CourseTitle TEXT, Credits INTEGER,
  TeacherID INTEGER REFERENCES Teachers(TeacherID), SyllabusUrl TEXT);
CREATE TABLE Students (StudentID INTEGER PRIMARY KEY, FirstName TEXT, LastName TEXT, DateOfBirth TEXT, EnrolmentYear INTEGER,
  HomePhone TEXT, Photo BLOB, IsActive INTEGER);
CREATE TABLE Enrolments (StudentID INTEGER REFERENCES Students(StudentID), CourseID INTEGER REFERENCES Courses(CourseID),
  EnrolledOn DATE, Grade REAL, AttendanceRate REAL, PRIMARY KEY (StudentID, CourseID));
CREATE TABLE Clubs (ClubID INTEGER PRIMARY KEY, ClubName TEXT, RoomNo TEXT);
CREATE TABLE StudentClubs (StudentID INTEGER REFERENCES Students(StudentID), ClubID INTEGER REFERENCES Clubs(ClubID));
CREATE VIEW vwClassSizes AS SELECT CourseTitle, COUNT(*) AS Students FROM Courses JOIN Enrolments USING (CourseID) GROUP BY CourseID;
INSERT INTO Teachers SELECT n, first_name(n), last_name(n), pick(n, 'Dr.|Mr.|Ms.'), email(n, 'school.example') FROM numbers WHERE n <= 24;
INSERT INTO Courses SELECT n, turn(n, 'MAT|PHY|BIO|HIS|ART') || (100 + n), turn(n, 'Algebra|Mechanics|Genetics|Modern History|Painting')
  || ' ' || words(n), whole(n, 2, 6), whole(n, 1, 24), 'https://school.example/courses/' || n FROM numbers WHERE n <= 40;
INSERT INTO Students SELECT n, first_name(n + 30), last_name(n + 30), day(n, '2004-01-01', '2010-12-31'), whole(n, 2019, 2024),
  phone(n), jpeg(n), pick(n, '1|1|0') FROM numbers WHERE n <= 150;
INSERT OR IGNORE INTO Enrolments SELECT whole(n, 1, 150), whole(n, 1, 40), day(n, '2022-09-01', '2024-10-30'),
  fraction(n, 1, 6, 1), fraction(n, 0.4, 1, 2) FROM numbers;
INSERT INTO Clubs SELECT n, turn(n, 'Chess|Choir|Robotics|Theatre|Rowing'), turn(n, 'A1|A2|B1|B2|C3') FROM numbers WHERE n <= 5;
INSERT INTO StudentClubs SELECT DISTINCT whole(n, 1, 150), whole(n, 1, 5) FROM numbers WHERE n <= 100;
