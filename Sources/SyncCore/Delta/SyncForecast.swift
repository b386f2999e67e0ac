/// What a sync would do, found out by folding the stream into a copy of what the table holds.
///
/// Counts users, not records: a user that comes in several records is counted once, by what it would be at the end.
package struct SyncForecast: ~Copyable {
    /// What a sync would do.
    package struct Outcome: Sendable, Equatable {
        package var inserted = 0
        package var updated = 0
        /// Users in the table and in the stream that would stay as they are.
        package var unchanged = 0
        /// Of the updated, those that would be marked as deleted and are not yet.
        package var newlyDeleted = 0
        /// Live users of the table that the stream does not name.
        package var missing = 0
        /// Users of the table that are not marked as deleted.
        package var live = 0
        /// Records beyond the first of their user.
        package var repeated = 0

        package init() {}
    }

    /// A row of the table that the stream has changed.
    private struct Original {
        let createdAt: Int64
        let content: UInt64
        let deleted: Bool
    }

    private let hasher: UserHasher
    private var index: UserIndex
    private var originals: [NameDigest: Original] = [:]
    private let live: Int
    private var inserted = 0
    /// Records taken so far.
    package private(set) var records = 0
    /// Why a user could not be remembered: the forecast is worthless then. nil otherwise.
    package private(set) var failure: IndexPlaceError?

    /// - Parameter index: the users of the table, with digests made by `hasher`.
    package init(hasher: UserHasher, index: consuming UserIndex) {
        self.hasher = hasher
        live = index.count(with: [], without: .deleted)
        self.index = index
    }

    /// Takes the next record of the stream.
    package mutating func receive(_ user: UserRecord) {
        records += 1
        let name = hasher.name(user.userName)
        let content = hasher.content(of: user)
        guard let slot = index.find(name) else {
            inserted += 1
            do throws(IndexPlaceError) {
                try index.insert(
                    name, createdAt: user.createdAt, content: content,
                    marks: user.deleted ? [.new, .seen, .deleted] : [.new, .seen])
            } catch {
                failure = error
            }
            return
        }
        var marks = index[marks: slot].union(.seen)
        let createdAt = index.createdAt(at: slot)
        if user.createdAt > createdAt || (user.createdAt == createdAt && content != index.content(at: slot)) {
            if !marks.contains(.new), originals[name] == nil {
                originals[name] = Original(
                    createdAt: createdAt, content: index.content(at: slot), deleted: marks.contains(.deleted))
            }
            index.update(slot, createdAt: user.createdAt, content: content)
            if user.deleted { marks.insert(.deleted) } else { marks.remove(.deleted) }
        }
        index[marks: slot] = marks
    }

    /// Takes the name of a user whose record came but could not be taken: that user is not missing.
    package mutating func noteNamed(_ userName: UnsafeRawBufferPointer) {
        guard let slot = index.find(hasher.name(userName)) else { return }
        index[marks: slot].insert(.named)
    }

    /// What came of the stream so far; `missing` means something only after a complete one.
    package func outcome() -> Outcome {
        var outcome = Outcome()
        outcome.live = live
        outcome.inserted = inserted
        for (name, original) in originals {
            guard let slot = index.find(name) else { continue }
            // Records that contradict each other may have led back to where it began.
            if index.createdAt(at: slot) == original.createdAt, index.content(at: slot) == original.content { continue }
            outcome.updated += 1
            if !original.deleted, index[marks: slot].contains(.deleted) { outcome.newlyDeleted += 1 }
        }
        outcome.unchanged = index.count(with: .seen, without: .new) - outcome.updated
        outcome.missing = index.count(with: [], without: [.seen, .named, .deleted, .new])
        outcome.repeated = records - index.count(with: .seen)
        return outcome
    }
}
