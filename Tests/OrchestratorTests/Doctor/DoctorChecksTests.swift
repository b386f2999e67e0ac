import Postgres
import ServiceRuntime
import SyncCore
import SyncPipeline
import Testing

@testable import Orchestrator
@testable import SyncStorage

@Suite("What doctor makes of what it sees")
struct DoctorChecksTests {
    // MARK: Configuration

    @Test("every problem of the settings is named, not the first alone")
    func configuration() {
        let nothing = ConfigurationCheck(Settings(variables: ["HOME": "/nonexistent"]))
        #expect(
            nothing.problems.map(\.variable) == [
                "LEGACY_API_URL", "LEGACY_API_KEY", "SQS_QUEUE_URL", "AWS_REGION", "DATABASE_URL",
            ])
        let wrong = ConfigurationCheck(
            Settings(variables: [
                "HOME": "/nonexistent", "LEGACY_API_URL": "ftp://api", "LEGACY_API_KEY": "k",
                "SQS_QUEUE_URL": "https://sqs/1/users",
                "AWS_REGION": "eu-west-1", "DATABASE_URL": "postgresql://db/users", "SYNC_BATCH_SIZE": "0",
                "SYNC_STALL_TIMEOUT": "soon",
            ]))
        #expect(
            wrong.problems.map(\.variable) == [
                "LEGACY_API_URL", "SQS_QUEUE_URL", "SYNC_BATCH_SIZE", "SYNC_STALL_TIMEOUT",
            ])
        #expect(wrong.findings.allSatisfy { $0.outcome == .problem && $0.advice != nil })
        #expect(wrong.isSound("DATABASE_URL") && !wrong.isSound("AWS_REGION", "SQS_QUEUE_URL"))
        // The wrong ones are replaced, the others are as they were set.
        #expect(wrong.configuration?.queue.region == "eu-west-1")
        #expect(wrong.configuration?.sync.batchSize == 1000)
    }

    @Test("a value that is wrong is never sent anywhere, nor a secret shown")
    func configurationSecrets() {
        let check = ConfigurationCheck(Settings(variables: ["DATABASE_URL": "mysql//root:hunter2@db"]))
        #expect(check.problems.contains { $0.variable == "DATABASE_URL" })
        #expect(!"\(check.findings)".contains("hunter2"))
    }

    // MARK: Queue

    private let soundQueue = [
        "FifoQueue": "true", "VisibilityTimeout": "120", "MessageRetentionPeriod": "345600",
        "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
        "MaximumMessageSize": "262144", "DelaySeconds": "0",
        "RedrivePolicy": #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead.fifo","maxReceiveCount":5}"#,
    ]

    private func check(
        _ changes: [String: String?] = [:], slowestBatch: Duration? = nil, longestSync: Duration? = nil
    ) -> [Finding.Subject: Finding] {
        var attributes = soundQueue
        for (name, value) in changes { attributes[name] = value }
        let findings = QueueCheck(
            attributes: attributes, maximumMessageBytes: 262_144, stallTimeout: .seconds(900),
            slowestBatch: slowestBatch, longestSync: longestSync
        ).findings()
        return Dictionary(uniqueKeysWithValues: findings.map { ($0.subject, $0) })
    }

    @Test("a queue as the documents ask for it is fine")
    func soundQueueIsFine() {
        #expect(
            check(slowestBatch: .milliseconds(900), longestSync: .seconds(1200)).values.allSatisfy { $0.outcome == .ok }
        )
    }

    @Test(
        "what cannot work at a queue is a problem, what works badly is a warning, and each says what to set",
        arguments: [
            ("FifoQueue", nil, Finding.Subject.fifo, Finding.Outcome.problem, "FifoQueue=true"),
            ("DelaySeconds", "30", .fifo, .warning, "DelaySeconds=0"),
            ("VisibilityTimeout", "5", .visibility, .problem, "VisibilityTimeout=120"),
            ("MessageRetentionPeriod", "600", .retention, .problem, "MessageRetentionPeriod=345600"),
            ("MessageRetentionPeriod", "7200", .retention, .warning, "MessageRetentionPeriod=345600"),
            ("DeduplicationScope", "queue", .throughput, .warning, "DeduplicationScope=messageGroup"),
            ("FifoThroughputLimit", "perQueue", .throughput, .warning, "perMessageGroupId"),
            ("MaximumMessageSize", "65536", .messageSize, .problem, "SQS_MAX_MESSAGE_BYTES=65536"),
            ("RedrivePolicy", nil, .redrive, .problem, "maxReceiveCount=5"),
            ("RedrivePolicy", "{", .redrive, .problem, "deadLetterTargetArn"),
            (
                "RedrivePolicy", #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead","maxReceiveCount":5}"#,
                .redrive, .problem, "FIFO"
            ),
            (
                "RedrivePolicy", #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead.fifo","maxReceiveCount":"1"}"#,
                .redrive, .warning, "maxReceiveCount=5"
            ),
        ] as [(String, String?, Finding.Subject, Finding.Outcome, String)])
    func queue(name: String, value: String?, subject: Finding.Subject, outcome: Finding.Outcome, advice: String) throws
    {
        let findings = check([name: value])
        let finding = try #require(findings[subject])
        #expect(finding.outcome == outcome, "\(finding)")
        #expect(finding.advice?.contains(advice) == true, "\(finding)")
        #expect(findings.values.allSatisfy { $0.subject == subject || $0.outcome == .ok })
    }

    @Test(
        "with workers in Lambda, the receives of a batch must last for an outage",
        arguments: [(5, 225, true), (5, 224, false), (4, 300, true), (3, 449, false), (3, 450, true)])
    func lambdaPatience(receives: Int, visibility: Int, isEnough: Bool) throws {
        var attributes = soundQueue
        attributes["VisibilityTimeout"] = "\(visibility)"
        attributes["RedrivePolicy"] =
            #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:1:dead.fifo","maxReceiveCount":\#(receives)}"#
        for usesLambda in [true, false] {
            let findings = QueueCheck(
                attributes: attributes, maximumMessageBytes: 262_144, stallTimeout: .seconds(900),
                outageTimeout: .seconds(900), usesLambda: usesLambda
            ).findings()
            let finding = try #require(findings.first { $0.subject == .redrive })
            #expect((finding.outcome == .ok) == (isEnough || !usesLambda), "\(finding)")
            if finding.outcome != .ok {
                #expect(
                    finding.advice?.contains("VisibilityTimeout=\(receives == 5 ? 225 : 450)") == true, "\(finding)")
            }
        }
    }

    @Test("the visibility timeout is judged by the slowest batch that was measured")
    func measuredVisibility() throws {
        #expect(check(slowestBatch: .seconds(40))[.visibility]?.outcome == .ok)
        let slow = try #require(check(slowestBatch: .seconds(41))[.visibility])
        #expect(slow.outcome == .warning && slow.advice == "set VisibilityTimeout=180")
    }

    @Test("messages must outlive the longest sync")
    func measuredRetention() {
        #expect(check(["MessageRetentionPeriod": "100000"], longestSync: .seconds(99_000))[.retention]?.outcome == .ok)
        #expect(
            check(["MessageRetentionPeriod": "100000"], longestSync: .seconds(99_500))[.retention]?.outcome == .problem)
    }

    @Test("a dead-letter queue must be FIFO, should be empty, and should keep what it has")
    func deadLetters() {
        let sound = ["FifoQueue": "true", "ApproximateNumberOfMessages": "0", "MessageRetentionPeriod": "1209600"]
        func outcome(_ changes: [String: String]) -> Finding.Outcome {
            QueueCheck.deadLetters(sound.merging(changes) { _, new in new }, of: soundQueue).outcome
        }
        #expect(outcome([:]) == .ok)
        #expect(outcome(["FifoQueue": "false"]) == .problem)
        #expect(outcome(["ApproximateNumberOfMessages": "3"]) == .warning)
        #expect(outcome(["MessageRetentionPeriod": "60"]) == .warning)
    }

    // MARK: Database

    private let soundDatabase = DatabaseFacts(
        serverVersion: "17.6", serverVersionNumber: 170_006, readOnlyCause: nil, clock: 0,
        schemaVersion: Migrator.latestVersion, missingPrivileges: [])

    @Test("a database must be writable, have the schema, and let this role work")
    func database() {
        func outcomes(_ change: (inout DatabaseFacts) -> Void) -> [Finding.Outcome] {
            var facts = soundDatabase
            change(&facts)
            return DatabaseCheck.findings(facts).map(\.outcome)
        }
        #expect(outcomes { _ in } == [.ok, .ok, .ok, .ok])
        for cause in ReadOnlyCause.allCases {
            #expect(outcomes { $0.readOnlyCause = cause } == [.problem, .ok, .ok, .ok])
        }
        #expect(outcomes { $0.serverVersionNumber = 130_011 } == [.warning, .ok, .ok, .ok])
        #expect(outcomes { $0.schemaVersion = 0 } == [.ok, .problem, .skipped, .skipped])
        #expect(outcomes { $0.schemaVersion = 1 } == [.ok, .problem, .ok, .ok])
        #expect(outcomes { $0.schemaVersion += 1 } == [.ok, .ok, .ok, .ok])
        #expect(outcomes { $0.unsuitableTables = ["users is a view"] } == [.ok, .ok, .problem, .ok])
        #expect(outcomes { $0.narrowColumns = ["users.legacy_id is integer"] } == [.ok, .ok, .warning, .ok])
        #expect(outcomes { $0.missingPrivileges = ["INSERT on users"] } == [.ok, .ok, .ok, .problem])
    }

    // MARK: Syncs

    @Test("a sync that is stuck, failed or long ago is told, one that runs is not complained about")
    func syncs() throws {
        let hour: Int64 = 3_600_000_000
        func entry(_ status: SyncStatus, finishedAt: Int64?) -> SyncLogEntry {
            SyncLogEntry(
                id: 7, status: status, startedAt: 0, finishedAt: finishedAt, durationMilliseconds: nil,
                totalProcessed: 0, errorMessage: status == .failed ? "the API answered 500" : nil,
                counters: SyncCounters())
        }
        func finding(_ entry: SyncLogEntry?, isHeld: Bool = false, at now: Int64) throws -> Finding {
            let holder = LockHolder(serverProcessID: 42, applicationName: "user-sync orchestrator", clientAddress: "")
            let facts = SyncFacts(
                newest: entry, lastCompleted: entry?.status == .completed ? entry : nil,
                lockHolder: isHeld ? holder : nil, workerConnections: 1)
            return try #require(SyncCheck.findings(facts, now: now).first { $0.subject == .sync })
        }
        #expect(try finding(nil, at: 0).outcome == .ok)
        #expect(try finding(entry(.running, finishedAt: nil), isHeld: true, at: hour).outcome == .ok)
        let stuck = try finding(entry(.processing, finishedAt: nil), at: hour)
        #expect(stuck.outcome == .warning && stuck.advice?.contains("orchestrator reset") == true)
        let failed = try finding(entry(.failed, finishedAt: hour), at: hour)
        #expect(failed.outcome == .warning && failed.summary.contains("the API answered 500"))
        #expect(try finding(entry(.completed, finishedAt: hour), at: 7 * hour).outcome == .ok)
        #expect(try finding(entry(.completed, finishedAt: hour), at: 14 * hour).outcome == .warning)
    }

    @Test("that no worker is connected is a warning: it may just have started")
    func workers() {
        #expect(SyncCheck.findings(SyncFacts(workerConnections: 0), now: 0).first?.outcome == .warning)
        #expect(SyncCheck.findings(SyncFacts(workerConnections: 3), now: 0).first?.outcome == .ok)
    }

    @Test(
        "no worker is something to look at during a sync, while messages wait, and before the first sync has completed; between syncs it is only said",
        arguments: [nil, SyncStatus.pending, .running, .processing, .completed, .failed], [false, true])
    func absentWorkers(newest: SyncStatus?, hasCompleted: Bool) throws {
        func entry(_ status: SyncStatus) -> SyncLogEntry {
            SyncLogEntry(
                id: 7, status: status, startedAt: 0, finishedAt: nil, durationMilliseconds: nil, totalProcessed: 0,
                errorMessage: nil, counters: SyncCounters())
        }
        let hasCompleted = hasCompleted || newest == .completed
        for connections in [0, 1] {
            for messages in [nil, 0, 3] {
                for usesLambda in [false, true] {
                    let facts = SyncFacts(
                        newest: newest.map(entry), lastCompleted: hasCompleted ? entry(.completed) : nil,
                        workerConnections: connections)
                    let finding = try #require(
                        SyncCheck.findings(facts, now: 0, usesLambda: usesLambda, waitingMessages: messages).first)
                    let isUnderWay = newest.map { !$0.isFinal } ?? false
                    let isNeeded = isUnderWay || (messages ?? 0) > 0 || !hasCompleted
                    let isMissing = connections == 0 && !usesLambda
                    #expect(finding.subject == .workers)
                    #expect(finding.outcome == (isMissing && isNeeded ? .warning : .ok), "\(finding)")
                    // It is always said, with the reason.
                    #expect(finding.summary.hasPrefix("no worker is connected") == isMissing, "\(finding)")
                    #expect(finding.summary.contains("none is needed between two syncs") == (isMissing && !isNeeded))
                    #expect(finding.summary.contains("sync 7 is") == (isMissing && isUnderWay))
                    if isMissing, !isUnderWay {
                        #expect(finding.summary.contains("about 3 messages") == (messages == 3))
                    }
                }
            }
        }
    }

    @Test("messages wait in a queue whether they can be received, are delayed, or were received and not deleted")
    func waitingMessages() {
        #expect(QueueProbe.waitingMessages(soundQueue) == nil)
        for name in ["", "NotVisible", "Delayed"] {
            #expect(QueueProbe.waitingMessages(["ApproximateNumberOfMessages\(name)": "2"]) == 2)
        }
        #expect(
            QueueProbe.waitingMessages([
                "ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "20",
                "ApproximateNumberOfMessagesDelayed": "300",
            ]) == 321)
    }

    // MARK: Extra fields

    @Test(
        "extra fields are named when all agree; a setting that differs and a column that cannot hold them stop a sync")
    func extraFields() throws {
        let setting = try ExtraFields(setting: "phone:text,plan:text:plan_name")
        func finding(_ facts: FieldFacts, _ setting: ExtraFields) -> Finding {
            FieldCheck.finding(facts, setting: setting)
        }
        #expect(finding(FieldFacts(), .none) == .ok(.fields, "no extra field is recorded, and none is set"))
        #expect(
            finding(FieldFacts(recorded: setting), setting)
                == .ok(.fields, "recorded, and set here: phone:text,plan:text:plan_name"))
        // The order says nothing.
        let turned = try ExtraFields(setting: "plan:text:plan_name,phone:text")
        #expect(finding(FieldFacts(recorded: setting), turned).outcome == .ok)

        let others = ["phone:text", "phone:text,plan:text", "phone:text,plan:integer:plan_name", "score:number"]
        for other in try [ExtraFields.none] + others.map(ExtraFields.init(setting:)) {
            for (recorded, set) in [(setting, other), (other, setting)] {
                let found = finding(FieldFacts(recorded: recorded), set)
                #expect(found.outcome == .problem && found.advice?.contains("migrate") == true, "\(found)")
                #expect(found.summary.hasPrefix("SYNC_EXTRA_FIELDS differs from the fields recorded"), "\(found)")
            }
        }
        let missing = FieldFacts(recorded: setting, refusals: ["users has no column phone"], narrowness: ["narrow"])
        #expect(finding(missing, setting).outcome == .problem)
        #expect(finding(missing, setting).summary == "users has no column phone")
        let narrow = finding(FieldFacts(recorded: setting, narrowness: ["users.age is integer"]), setting)
        #expect(narrow.outcome == .warning && narrow.summary == "users.age is integer")
    }

    // MARK: Clock

    @Test("a clock is judged by the furthest of the others, and the time an answer took is not held against it")
    func clock() {
        func reading(_ whose: String, at time: Double) -> ClockCheck.Reading {
            ClockCheck.Reading(whose: whose, at: time, askedAt: 1000, answeredAt: 1040)
        }
        #expect(reading("SQS", at: 1020).ahead == 0)
        #expect(ClockCheck.finding([]).outcome == .skipped)
        #expect(ClockCheck.finding([reading("SQS", at: 1041), reading("the database", at: 971)]).outcome == .ok)
        let behind = ClockCheck.finding([reading("the database", at: 1000), reading("SQS", at: 1140)])
        #expect(behind.outcome == .warning && behind.summary == "this host's clock is 100 s behind SQS")
        let ahead = ClockCheck.finding([reading("SQS", at: 400)])
        #expect(ahead.outcome == .problem && ahead.summary.contains("600 s ahead of SQS"))
    }

    // MARK: Legacy API

    @Test("the legacy API's answers are told apart")
    func legacyAPI() {
        func finding(_ kind: StreamFailure.Kind, retryAfter: Duration? = nil) -> Finding {
            LegacyAPICheck.finding(
                .failed(StreamFailure(kind: kind, retryAfter: retryAfter, description: "it answered")), after: [])
        }
        #expect(finding(.status(401)).advice?.contains("LEGACY_API_KEY") == true)
        #expect(finding(.status(404)).advice?.contains("LEGACY_API_URL") == true)
        let limited = finding(.status(429), retryAfter: .seconds(7))
        #expect(limited.outcome == .warning && limited.summary.contains("7 s"))
        for kind in [StreamFailure.Kind.status(401), .status(404), .status(503), .transport(transient: true), .empty] {
            #expect(finding(kind).outcome == .problem)
        }
        func stream(_ text: String) -> Finding {
            LegacyAPICheck.finding(
                .stream(contentType: "application/json", firstBytes: Array(text.utf8)),
                after: [StreamFailure(kind: .status(500), description: "the legacy API answered 500")])
        }
        #expect(stream("\u{FEFF}\n [{\"id\":1").outcome == .ok)
        #expect(stream("{/dados/:/corrimpidos/}").summary.contains("after 1 failed"))
        #expect(stream("<html>").outcome == .problem)
        #expect(stream(" \n").outcome == .problem)
    }

    // MARK: Report

    @Test("the report fits the width, shows the advice below what it is for, and ends with a verdict")
    func report() {
        let report = DoctorReport(findings: [
            .ok(.configuration, "every setting is there"),
            .warning(.workers, "no worker is connected", advice: "start 'worker run'"),
            .problem(.redrive, "the queue has no redrive policy", advice: "give it one with a FIFO dead-letter queue"),
        ])
        #expect(!report.isHealthy)
        #expect(
            report.lines(OutputPage(width: nil)) == [
                "ok       configuration  every setting is there",
                "warning  workers        no worker is connected",
                "                        -> start 'worker run'",
                "problem  queue.redrive  the queue has no redrive policy",
                "                        -> give it one with a FIFO dead-letter queue",
                "",
                "1 problem, 1 warning",
            ])
        #expect(report.lines(OutputPage(width: 50)).allSatisfy { TextWidth.columns(of: $0) <= 50 })
        #expect(DoctorReport(findings: []).isHealthy)
        #expect(DoctorReport(findings: []).lines(OutputPage(width: nil)).last == "all is well")
    }
}
