/// Every metric that the service emits; the raw value is its name in CloudWatch and its label in swift-metrics.
///
/// The one place where a name is made up. `docs/metrics.md` lists the same names, and a test compares the two, so that an alarm
/// can be checked against either.
package enum ServiceMetric: String, CaseIterable, Sendable {
    // MARK: Of the orchestrator

    case usersReceived = "UsersReceived"
    case usersRejected = "UsersRejected"
    case usersRefused = "UsersRefused"
    case rowsNewer = "RowsNewer"
    case batchesSent = "BatchesSent"
    case streamRate = "StreamRate"
    case drainTime = "DrainTime"
    case syncDuration = "SyncDuration"
    case syncsCompleted = "SyncsCompleted"
    case syncsFailed = "SyncsFailed"
    case syncsPostponed = "SyncsPostponed"
    case sourceChanges = "SourceChanges"
    case lastCompletedSyncAge = "LastCompletedSyncAge"

    // MARK: Of the worker

    case usersApplied = "UsersApplied"
    case batchesApplied = "BatchesApplied"
    case batchesRepeated = "BatchesRepeated"
    case batchesRejected = "BatchesRejected"
    case batchesDeadLettered = "BatchesDeadLettered"
    case upsertLatency = "UpsertLatency"
    case databaseRetries = "DatabaseRetries"
    case pollFailures = "PollFailures"
    case outageTime = "OutageTime"

    /// How values of one interval become what is written.
    package enum Kind: String, Sendable {
        /// Their sum.
        case counter
        /// The last one.
        case gauge
        /// All of them, for averages and percentiles.
        case distribution
    }

    /// CloudWatch's names of units:
    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
    package enum Unit: String, Sendable {
        case count = "Count"
        case countPerSecond = "Count/Second"
        case milliseconds = "Milliseconds"
        case seconds = "Seconds"
    }

    /// The program that emits a metric; the value of the dimension `Service`.
    package enum Service: String, Sendable {
        case orchestrator, worker
    }

    package var service: Service {
        switch self {
        case .usersReceived, .usersRejected, .usersRefused, .rowsNewer, .batchesSent, .streamRate, .drainTime,
            .syncDuration, .syncsCompleted, .syncsFailed, .syncsPostponed, .sourceChanges, .lastCompletedSyncAge:
            .orchestrator
        case .usersApplied, .batchesApplied, .batchesRepeated, .batchesRejected, .batchesDeadLettered, .upsertLatency,
            .databaseRetries, .pollFailures, .outageTime:
            .worker
        }
    }

    package var kind: Kind {
        switch self {
        case .usersReceived, .usersRejected, .usersRefused, .batchesSent, .syncsCompleted, .syncsFailed,
            .syncsPostponed, .sourceChanges, .usersApplied, .batchesApplied, .batchesRepeated, .batchesRejected,
            .batchesDeadLettered,
            .databaseRetries, .pollFailures:
            .counter
        case .lastCompletedSyncAge, .outageTime, .rowsNewer: .gauge
        case .streamRate, .drainTime, .syncDuration, .upsertLatency: .distribution
        }
    }

    package var unit: Unit {
        switch self {
        case .streamRate: .countPerSecond
        case .upsertLatency: .milliseconds
        case .drainTime, .syncDuration, .lastCompletedSyncAge, .outageTime: .seconds
        default: .count
        }
    }
}
