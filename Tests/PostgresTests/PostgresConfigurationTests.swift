import Testing

@testable import Postgres

@Suite("Configuration") struct PostgresConfigurationTests {
    @Test(
        "a password is in no description of a configuration, however it is printed",
        arguments: [
            "postgresql://ana:s3cr3tword@db.example:6543/users?sslmode=require",
            "host=db.example port=6543 user=ana password=s3cr3tword dbname=users",
            "host=db.example password='s3cr3tword", "postgresql://ana:s3cr3tword@[::1/users",
        ])
    func passwordIsHidden(_ connectionString: String) {
        let configuration = PostgresConfiguration(connectionString: connectionString, applicationName: "app")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("s3cr3tword"))
        }
    }

    @Test(
        "a connection string that libpq would misread, and quote in its error, is refused without being shown",
        arguments: [
            "s3cr3tword", "postgre://ana:s3cr3tword@db/users", "mysql://ana:s3cr3tword@db/users",
            "postgresql://ana:p@s3cr3tword@db/users", "postgresql://ana:p/s3cr3tword@db/users",
            "postgresql://ana:%zzs3cr3tword@db/users",
            "postgresql://ana:s3cr3tword@[::1/users", "host=db password='s3cr3tword", "host=db s3cr3tword",
            "host=db nosuchoption=s3cr3tword s3cr3tword=1", "host=db\u{0}password=s3cr3tword", "",
        ])
    func refused(_ connectionString: String) {
        let error = #expect(throws: PostgresError.self) { try ConnectionString.stated(in: connectionString) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.isTransient == false)
        #expect(error?.description.contains("s3cr3tword") == false)
    }

    @Test(
        "good connection strings are read as libpq reads them",
        arguments: [
            "postgresql://ana:p%40ss%2Fword@db.example:6543/users",
            "postgres://ana:p%40ss%2Fword@db.example:6543/users",
            "host=db.example port=6543 user=ana password='p@ss/word' dbname=users",
        ])
    func read(_ connectionString: String) throws {
        let options = try ConnectionString.stated(in: connectionString)
        #expect(options["password"] == "p@ss/word")
        #expect(options["host"] == "db.example")
        #expect(options["port"] == "6543")
        #expect(options["dbname"] == "users")
    }

    @Test("what ends a URI elsewhere is part of a password, as for libpq", arguments: ["p#ss", "p?ss", "#", "?#p"])
    func marksInPassword(_ password: String) throws {
        let options = try ConnectionString.stated(in: "postgresql://ana:\(password)@db:6543/users")
        #expect(options["password"] == password)
        #expect(options["user"] == "ana" && options["host"] == "db" && options["port"] == "6543")
        #expect(options["dbname"] == "users")
    }

    @Test("without a connection string libpq's environment and defaults count")
    func defaults() throws {
        #expect(try ConnectionOptions.read(nil).value("port") != nil)
        #expect(try ConnectionOptions.read("postgresql:///users?host=/tmp").value("host") == "/tmp")
    }
}
