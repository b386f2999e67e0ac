import Testing

@testable import Postgres

@Suite("Connection strings") struct ConnectionStringTests {
    private func refusal(_ connectionString: String?) -> PostgresError? {
        do throws(PostgresError) {
            try PostgresConfiguration(connectionString: connectionString, applicationName: "test").check()
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "a parameter that libpq does not know is refused by its name",
        arguments: [
            ("postgresql://u:p@h/d?pgbouncer=true", "pgbouncer"), ("postgresql://u:p@h/d?schema=public", "schema"),
            ("postgresql://h/d?sslmode=require&connection_limit=5", "connection_limit"),
            ("postgres://u:p@h:5432/d?currentSchema=app", "currentSchema"), ("host=h sslmod=require", "sslmod"),
            ("host=h password='a b' user=u prepareThreshold=0", "prepareThreshold"),
            ("postgresql://h/d?ssl=false", "ssl"), ("postgresql://h/d?%70gbouncer=true", "pgbouncer"),
            ("host=h ssl=true", "ssl"),
        ])
    func unknownParameter(connectionString: String, name: String) {
        let error = refusal(connectionString)
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.isTransient == false)
        #expect(
            error?.message.contains("does not know the parameter \(name): remove it") == true,
            "\(String(describing: error))")
    }

    @Test(
        "a wrong value is refused before anything is connected, and the parameter is named",
        arguments: [
            ("host=h sslmode=requir", "sslmode"), ("host=h target_session_attrs=master", "target_session_attrs"),
            ("host=h connect_timeout=soon", "connect_timeout"), ("host=h load_balance_hosts=yes", "load_balance_hosts"),
            ("host=h gssencmode=maybe", "gssencmode"), ("host=h channel_binding=maybe", "channel_binding"),
            ("host=h keepalives_idle=x", "keepalives_idle"),
            ("host=h ssl_min_protocol_version=TLS1", "ssl_min_protocol_version"),
            ("host=h replication=database", "replication"), ("host=h port=0", "port"), ("host=h port=70000", "port"),
            ("postgresql://user:word/db", "port"), ("host=a,b port=1,2,3", "ports"),
            ("host=a,b hostaddr=1.1.1.1", "addresses"),
            ("hostaddr=db.example", "hostaddr"),
            ("service=no_such_service_anywhere", "service"), ("host=h sslmode", "sslmode"),
            ("postgresql://h/d\n", "white space"), (" postgresql://h/d", "white space"),
            ("postgresql://h/d\r\n", "white space"),
            ("postgresql://u:a\tb@h/d", "control character"),
        ])
    func wrongValue(connectionString: String, name: String) {
        let error = refusal(connectionString)
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(name) == true, "\(String(describing: error))")
    }

    @Test(
        "whatever libpq takes is taken",
        arguments: [
            "postgresql://", "postgresql://h", "postgresql:///d?host=/tmp&port=3",
            "postgres://u:p%40@[::1]:5/d?ssl=true",
            "host = h  password = 'it\\'s' user=u", "dbname=",
            "host=h sslmode=verify-full ssl_min_protocol_version=tlsv1.3",
            "postgresql://a:1,b:2/d?target_session_attrs=read-write&load_balance_hosts=random&connect_timeout=5",
            "host=h port=' 5432 ' keepalives=0 tcp_user_timeout=1000 application_name='a b'",
            "host=h options='-c search_path=x'",
            "hostaddr=::1 port=1", "host=h hostaddr=fe80::1%eth0",
        ])
    func taken(connectionString: String) {
        #expect(refusal(connectionString) == nil)
    }

    /// Pieces that URIs are made of, so that each meets each: among them what separates parts, in the wrong place.
    private static let pieces = [
        "u", "@", ":", "/", "?", "#", "%40", "p", "5", "127.0.0.1", ",", "[::1]", "&", "application_name=a@b",
        "sslmode=require", "dbname=x", "~", "+", ".",
    ]

    @Test("a URI means what it means to libpq, or is refused in words", arguments: 0..<64)
    func likeLibpq(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        for _ in 0..<200 {
            let text = "postgresql://" + (0..<1 + next(12)).map { _ in Self.pieces[next(Self.pieces.count)] }.joined()
            // What libpq refuses, nobody connects with.
            guard let theirs = LibpqOptions.stated(in: text) else { continue }
            do throws(PostgresError) {
                #expect(try ConnectionString.stated(in: text) == theirs, "\(text)")
            } catch {
                // What libpq would take for a host or a database, and a person has meant as a password. A parameter may name another one.
                let places = ["host", "port", "dbname"].compactMap { theirs[$0] }
                let hidesPlace = text.contains("dbname=") && error.message.contains("percent-encoded")
                #expect(
                    places.contains { $0.contains("@") } || hidesPlace || error.message.contains("has no value"),
                    "\(text): \(error.message)")
            }
        }
    }

    @Test(
        "a password may hold what libpq leaves in it, and a parameter's value an @",
        arguments: [
            ("postgresql://u:a#b@h/d", "a#b"), ("postgresql://u:a?b@h/d", "a?b"),
            ("postgresql://u:a?b=c&d@h/d?sslmode=allow", "a?b=c&d"),
            ("postgresql://u:a:b@h/d?application_name=me@here", "a:b"), ("postgresql://u:%2F%40@h,g:2/d", "/@"),
        ])
    func password(text: String, password: String) throws {
        let options = try ConnectionOptions.read(text)
        #expect(options.value("password") == password)
        #expect(options.hosts.first?.name == "h")
        #expect(options.value("dbname") == "d")
    }

    @Test("load_balance_hosts works with every libpq, wherever it stands in the string")
    func loadBalanceHosts() throws {
        for text in [
            "load_balance_hosts=random host=a,b", "host=a,b load_balance_hosts='random'",
            "host=a,b load_balance_hosts = random user=u",
            "postgresql://a,b/?load_balance_hosts=random",
            "postgresql://a,b/d?user=u&load_balance_hosts=random&sslmode=require",
        ] {
            let options = try ConnectionOptions.read(text)
            #expect(options.balancesLoad, "\(text)")
            #expect(options.hosts.map(\.name) == ["a", "b"], "\(text)")
        }
        #expect(try !ConnectionOptions.read("host=a load_balance_hosts=disable").balancesLoad)
        #expect(try !ConnectionOptions.read("host=a").balancesLoad)
    }

    @Test("parameters are found as libpq finds them: quotes, escapes, blanks, percent codes")
    func parameters() {
        let words = ConnectionStringParameters(keywordsAndValues: " a = 'x y' b=c\\ d\n e='\\'' f")
        #expect(words.all.map(\.name) == ["a", "b", "e", "f"])
        #expect(words.all.map(\.value) == ["x y", "c d", "'", nil])
        let query = ConnectionStringParameters(uri: "postgresql://h/d?a=%20b&c&d=")
        #expect(query.all.map(\.name) == ["a", "c", "d"])
        #expect(query.all.map(\.value) == [" b", nil, ""])
        #expect(query.text(without: "a") == "postgresql://h/d?c&d=")
        #expect(ConnectionStringParameters(uri: "postgresql://h/d?a=1").text(without: "a") == "postgresql://h/d")
    }

    @Test(
        "an empty word, as an env file leaves it, is libpq's default and never given on",
        arguments: ["sslmode", "gssencmode", "channel_binding", "target_session_attrs"])
    func emptyWord(name: String) throws {
        let options = try ConnectionOptions(stated: [:], values: ["host": "h", name: ""])
        var generator = SystemRandomNumberGenerator()
        let step = ConnectPlan(options, total: .seconds(10), using: &generator).steps[0]
        let pairs = ConnectionParameters(
            options, step: step, address: nil, applicationName: "app", startupOptions: nil
        ).pairs
        let expected = name == "target_session_attrs" ? "any" : "prefer"
        #expect(pairs.first { $0.keyword == name }?.value == expected)
    }

    @Test(
        "a session is known by the program's own name, whatever name the settings give it",
        arguments: ["billing", "user-sync worker - 10.0.0.1:5000", String(repeating: "é", count: 60), ""])
    func sessionName(given: String) {
        let own = "user-sync worker"
        let shown = ConnectionParameters.sessionName(own, given: given)
        #expect(shown.contains(own))
        #expect(shown.utf8.count <= 63, "the server would cut it")
        if given.utf8.count < 30 { #expect(shown.hasPrefix(given)) }
    }

    @Test("what libpq is given is one host with everything decided")
    func pairs() throws {
        let options = try ConnectionOptions.read(
            "host=db.example,other port=6543,5 user=ana password=pw connect_timeout=9 target_session_attrs=prefer-standby keepalives_idle=7"
        )
        var generator = SystemRandomNumberGenerator()
        let step = ConnectPlan(options, total: .seconds(10), using: &generator).steps[0]
        let pairs = ConnectionParameters(
            options, step: step, address: "10.0.0.1", applicationName: "app", startupOptions: "-c a=b"
        ).pairs
        let values = Dictionary(uniqueKeysWithValues: pairs.map { ($0.keyword, $0.value) })
        #expect(values["host"] == "db.example" && values["hostaddr"] == "10.0.0.1" && values["port"] == "6543")
        #expect(values["target_session_attrs"] == "standby" && values["connect_timeout"] == nil)
        #expect(values["options"] == "-c a=b" && values["client_encoding"] == "UTF8")
        #expect(values["fallback_application_name"] == "app" && values["password"] == "pw")
        #expect(values["keepalives_idle"] == "7" && values["keepalives_interval"] == "10")
    }
}
