package import Postgres
package import SyncCore
package import SyncStorage

/// Everything that a sync needs to know.
package struct SyncConfiguration: Sendable {
    package var legacyAPI: LegacyAPIConfiguration
    package var queueURL: String
    /// Nil: the queue's redrive policy names it.
    package var deadLetterQueueURL: String?
    package var database: PostgresConfiguration
    /// Users in a message, at most.
    package var batchSize: Int
    package var messageGroups: Int
    /// Largest message body and largest batch call, in bytes.
    package var maximumMessageBytes: Int
    package var streamAttempts: Int
    /// The share of the last completed sync's records that a stream must hold, in percent; 0: any number will do.
    package var minimumPercent: Int
    /// Time without any batch applied after which draining gives up.
    package var stallTimeout: Duration
    /// How long the database or the queue may be away.
    package var patience: Patience
    /// A person at a terminal has typed the command, and would rather be told of a wrong host or password at once.
    package var isTyped: Bool
    package var mode: SyncMode
    /// Where what is known of a large table is kept.
    package var indexFolder: IndexFolder
    package var missingUsers: MissingUsersPolicy
    /// Days after which the history of a sync ends, its row excepted; 0: never.
    package var historyDays: Int
    /// What is synced beyond the five fields.
    package var extraFields: ExtraFields

    package init(
        legacyAPI: LegacyAPIConfiguration, queueURL: String, deadLetterQueueURL: String?,
        database: PostgresConfiguration, batchSize: Int, messageGroups: Int, maximumMessageBytes: Int,
        streamAttempts: Int, minimumPercent: Int, stallTimeout: Duration, patience: Patience = Patience(),
        isTyped: Bool = false, mode: SyncMode, indexFolder: IndexFolder,
        missingUsers: MissingUsersPolicy, historyDays: Int, extraFields: ExtraFields = .none
    ) {
        self.legacyAPI = legacyAPI
        self.queueURL = queueURL
        self.deadLetterQueueURL = deadLetterQueueURL
        self.database = database
        self.batchSize = batchSize
        self.messageGroups = messageGroups
        self.maximumMessageBytes = maximumMessageBytes
        self.streamAttempts = streamAttempts
        self.minimumPercent = minimumPercent
        self.stallTimeout = stallTimeout
        self.patience = patience
        self.isTyped = isTyped
        self.mode = mode
        self.indexFolder = indexFolder
        self.missingUsers = missingUsers
        self.historyDays = historyDays
        self.extraFields = extraFields
    }
}
