import SyncCore

/// How often the world is looked at for a verdict, however many ask: this is what keeps a page from being used against the database,
/// the queue or the source.
///
/// Database and queue: once in 30 s, and once more when the newest sync has begun or ended, 2 s apart at least. The source: once in
/// 5 minutes, and never while a sync reads it.
struct ExaminationPace: Sendable {
    /// The newest sync as it was known when somebody asked.
    struct Mark: Sendable, Equatable {
        let syncID: Int64
        let status: SyncStatus
    }

    static let lifetime = Duration.seconds(30)
    static let leastGap = Duration.seconds(2)
    static let sourceLifetime = Duration.seconds(300)

    private var examined: (at: Duration, mark: Mark?)?
    private var sourceOpened: Duration?

    /// Whether what was found still stands.
    /// - Parameters:
    ///   - now: by a clock that only goes forward.
    ///   - mark: nil when there is no sync or the database did not answer.
    func isFresh(at now: Duration, _ mark: Mark?) -> Bool {
        guard let examined else { return false }
        let age = now - examined.at
        return age < (mark == examined.mark ? Self.lifetime : Self.leastGap)
    }

    /// Whether the source may be opened.
    func mayOpenSource(at now: Duration, _ mark: Mark?) -> Bool {
        guard mark?.status.isFinal ?? true else { return false }
        return sourceOpened.map { now - $0 >= Self.sourceLifetime } ?? true
    }

    /// A look has ended.
    mutating func examined(at now: Duration, _ mark: Mark?, openedSource: Bool) {
        examined = (now, mark)
        if openedSource { sourceOpened = now }
    }
}
