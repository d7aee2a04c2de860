CREATE TABLE Band (BandId INTEGER PRIMARY KEY, BandName TEXT, FormedIn INTEGER, HomePage TEXT);
CREATE TABLE Genre (GenreId INTEGER PRIMARY KEY, Description TEXT);
CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, Title TEXT, BandId INTEGER REFERENCES Band(BandId), GenreId INTEGER REFERENCES Genre(GenreId),
  ReleaseDate DATETIME, CoverImage BLOB, Rating INTEGER);
CREATE TABLE Song (SongId INTEGER PRIMARY KEY, AlbumId INTEGER REFERENCES Album(AlbumId), TrackNo INTEGER, Name TEXT, DurationSec INTEGER, Explicit INTEGER, ISRC TEXT);
CREATE TABLE Playlist (PlaylistId INTEGER PRIMARY KEY, Name TEXT);
CREATE TABLE PlaylistSong (PlaylistId INTEGER REFERENCES Playlist(PlaylistId), SongId INTEGER REFERENCES Song(SongId), PRIMARY KEY (PlaylistId, SongId));
CREATE TABLE Sale (SaleId INTEGER PRIMARY KEY, SongId INTEGER REFERENCES Song(SongId), SoldAt DATETIME, Price NUMERIC(5, 2), Country TEXT);
INSERT INTO Band SELECT n, 'The ' || words(n), whole(n, 1965, 2015), 'http://band' || n || '.example.com' FROM numbers WHERE n <= 30;
INSERT INTO Genre SELECT n, turn(n, 'Rock|Jazz|Folk|Electronic|Soul') FROM numbers WHERE n <= 5;
INSERT INTO Album SELECT n, words(n + 40, 3), whole(n, 1, 30), whole(n, 1, 5), day(n, '1970-02-01', '2023-12-20') || ' 00:00:00', png(n), whole(n, 1, 5) FROM numbers WHERE n <= 70;
INSERT INTO Song SELECT n, 1 + n % 70, 1 + n / 70, words(n + 90, 3), whole(n, 120, 420), pick(n, '0|0|1'), printf('GBAYE%07d', n * 31) FROM numbers;
INSERT INTO Playlist SELECT n, turn(n, 'Morning|Running|Focus|Party|Sleep|Road trip') FROM numbers WHERE n <= 6;
INSERT INTO PlaylistSong SELECT DISTINCT whole(n, 1, 6), whole(n, 1, 300) FROM numbers WHERE n <= 150;
INSERT INTO Sale SELECT n, whole(n, 1, 300), moment(n, '2022-01-01', '2024-12-31'), pick(n, '0.99|1.29|0.69'), pick(n, 'DE|FR|US|JP') FROM numbers;
