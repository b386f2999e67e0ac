import TestSupport
import Testing

@testable import Postgres

@Suite("Which hosts are tried, and for how long") struct ConnectPlanTests {
    private func options(_ text: String) throws -> ConnectionOptions {
        try ConnectionOptions(stated: [:], values: ConnectionString.stated(in: text))
    }

    private func plan(_ text: String, total: Duration = .seconds(10)) throws -> ConnectPlan {
        var generator = SeededGenerator(seed: 7)
        return ConnectPlan(try options(text), total: total, using: &generator)
    }

    @Test(
        "every host gets an equal share of what is left",
        arguments: [(1, 10.0), (2, 5.0), (4, 2.5), (5, 2.0)])
    func shares(hosts: Int, seconds: Double) throws {
        let plan = try plan("host=" + Array(repeating: "h", count: hosts).joined(separator: ","))
        #expect(plan.time(forStep: 0, elapsed: .zero) == .seconds(seconds))
        #expect(plan.time(forStep: hosts - 1, elapsed: .seconds(4)) == .seconds(6))
    }

    @Test("a host that failed at once leaves its time to the others, and a late one never takes theirs")
    func redistribution() throws {
        let plan = try plan("host=a,b,c", total: .seconds(9))
        #expect(plan.time(forStep: 1, elapsed: .zero) == .milliseconds(4500))
        #expect(plan.time(forStep: 1, elapsed: .seconds(3)) == .seconds(3))
        #expect(plan.time(forStep: 2, elapsed: .seconds(20)) == .zero)
    }

    @Test("with so many hosts that shares would be too short, the whole takes longer")
    func minimum() throws {
        let plan = try plan("host=a,b,c,d,e,f,g,h")
        #expect(plan.total == .seconds(16))
        #expect(plan.time(forStep: 0, elapsed: .zero) == .seconds(2))
    }

    @Test(
        "connect_timeout is the time of each host, by libpq's rules",
        arguments: [("3", 3), ("1", 2), ("2", 2), (" 7 ", 7), ("99999999", 3600)])
    func connectTimeout(text: String, seconds: Int) throws {
        let plan = try plan("host=a,b connect_timeout='\(text)'")
        for step in 0..<2 { #expect(plan.time(forStep: step, elapsed: .seconds(100)) == .seconds(seconds)) }
    }

    @Test("connect_timeout of zero or less sets no limit of its own", arguments: ["0", "-1"])
    func noConnectTimeout(text: String) throws {
        #expect(try plan("host=a connect_timeout=\(text)").time(forStep: 0, elapsed: .zero) == .seconds(10))
    }

    @Test("hosts keep their order, each with its port and address")
    func order() throws {
        let steps = try plan("host=a,,/tmp,b port=1,,3,4").steps.map(\.host)
        #expect(steps.map(\.name) == ["a", nil, "/tmp", "b"])
        #expect(steps.map(\.port) == [1, 5432, 3, 4])
        #expect(steps.map(\.isLocalSocket) == [false, true, true, false])
        let addressed = try plan("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=6432").steps.map(\.host)
        #expect(addressed.map(\.address) == ["10.0.0.1", "10.0.0.2"])
        #expect(addressed.map(\.port) == [6432, 6432])
        let uri = try plan("postgresql://u@a:1,b,c:3/d").steps.map(\.host)
        #expect(uri.map(\.name) == ["a", "b", "c"])
        #expect(uri.map(\.port) == [1, 5432, 3])
    }

    @Test("prefer-standby asks every host for a standby first, and then takes any")
    func preferStandby() throws {
        let steps = try plan("host=a,b target_session_attrs=prefer-standby").steps
        #expect(steps.map(\.host.name) == ["a", "b", "a", "b"])
        #expect(steps.map(\.sessionAttributes) == ["standby", "standby", "any", "any"])
        #expect(try plan("host=a target_session_attrs=read-write").steps.map(\.sessionAttributes) == ["read-write"])
    }

    @Test("load_balance_hosts=random changes the order and loses nobody")
    func loadBalancing() throws {
        let options = try ConnectionOptions(
            stated: [:], values: ["host": "a,b,c,d"], loadBalancing: "random")
        var orders: Set<[String]> = []
        for seed in 0..<50 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let names = ConnectPlan(options, total: .seconds(10), using: &generator).steps.compactMap(\.host.name)
            #expect(names.sorted() == ["a", "b", "c", "d"])
            orders.insert(names)
        }
        #expect(orders.count > 5)
    }

    @Test(
        "the next host follows on silence, on a closed door and on a server that starts or stops; a refused login is final"
    )
    func goesOn() {
        func error(_ code: PostgresError.Code, _ sqlState: String? = nil) -> PostgresError {
            PostgresError(code, operation: "connect", message: "test", sqlState: sqlState)
        }
        for sqlState in [nil, "57P03", "57P01", "53300"] {
            #expect(ConnectPlan.goesOn(after: error(.connectFailed, sqlState)))
        }
        for code in [PostgresError.Code.connectTimedOut, .unknownHost] {
            #expect(ConnectPlan.goesOn(after: error(code)))
        }
        for sqlState in ["28P01", "28000", "3D000", "42501"] {
            #expect(!ConnectPlan.goesOn(after: error(.connectFailed, sqlState)))
        }
        for code in [PostgresError.Code.cancelled, .invalidConfiguration, .outOfResources] {
            #expect(!ConnectPlan.goesOn(after: error(code)))
        }
        let both = ConnectPlan.failure([error(.connectFailed, "57P03"), error(.connectTimedOut)])
        #expect(both.sqlState == "57P03" && both.message == "test; test")
        #expect(ConnectPlan.failure([error(.connectTimedOut), error(.connectTimedOut)]).code == .connectTimedOut)
        #expect(ConnectPlan.failure([error(.connectFailed), error(.connectTimedOut)]).code == .connectFailed)
        #expect(ConnectPlan.failure([error(.connectTimedOut), error(.unknownHost)]).code == .connectTimedOut)
        #expect(ConnectPlan.failure([error(.unknownHost), error(.unknownHost)]).code == .unknownHost)
    }
}
