import SyncCore
import TestSupport

/// The stream's account: a sound body, the same one cut, and the same one with a single change. However it comes, no live user is
/// marked as deleted for it.
package struct AccountSubject: FuzzSubject {
    package static let name = "account"
    package static let leastPercent = (accepted: 50, refused: 50)

    package init() {}

    package func run(seed: UInt64) async -> FuzzOutcome {
        var random = SeededGenerator(seed: seed)
        let body = AccountBody(using: &random)
        let length = Int.random(in: 0..<body.bytes.count, using: &random)
        let edit = AccountEdit(of: body, using: &random)
        var outcome = FuzzOutcome(bytes: 2 * body.bytes.count + length + edit.bytes.count)

        let sound = AccountSync(body.bytes, table: body.names)
        let cut = AccountSync(Array(body.bytes.prefix(length)), table: body.names)
        let changed = AccountSync(edit.bytes, table: body.names)
        outcome.accepted = changed.received.count
        outcome.refused = changed.rejects.count + (changed.hasFailed ? 1 : 0) + (cut.hasFailed ? 1 : 0)
        outcome.problem =
            problem(with: sound, of: body) ?? problem(with: cut, of: body, after: length)
            ?? problem(with: changed, before: sound, edit, of: body)
        return outcome
    }

    private func problem(with sync: AccountSync, of body: AccountBody) -> String? {
        guard !sync.hasFailed, sync.missing == [], sync.received == body.names else {
            return "a sound body is not read as one: \(text(body.bytes))"
        }
        return sync.rejects.contains(where: \.mayHideUser)
            ? "the known junk postpones the marking: \(text(body.bytes))" : nil
    }

    /// A body that was cut fails, or names every user, unless the cut is between two values at the top level.
    private func problem(with sync: AccountSync, of body: AccountBody, after length: Int) -> String? {
        if sync.hasFailed || sync.received == body.names || body.isBetweenValues(length) { return nil }
        return "a body cut after \(length) bytes is complete without \(body.names.count - sync.received.count) users: "
            + text(Array(body.bytes.prefix(length)))
    }

    /// With one change, no user is marked by that sync nor by the next one: a user who is missing in both would be.
    private func problem(
        with sync: AccountSync, before next: AccountSync, _ edit: AccountEdit, of body: AccountBody
    ) -> String? {
        let missing = sync.missing ?? []
        if !missing.isDisjoint(with: next.missing ?? []) {
            return "a live user is marked: \(edit), \(text(edit.bytes))"
        }
        // The first line of defence: a user who is lost leaves damage that may hide that user, unless it can look sound.
        if !missing.isEmpty, !edit.canLookSound(in: body) {
            return "users vanish without a trace: \(edit), \(missing.map(text)), \(text(edit.bytes))"
        }
        if !sync.hasFailed, Set(body.names).subtracting(sync.received).count > 0, sync.rejects.isEmpty,
            !edit.canLookSound(in: body)
        {
            return "a user is lost without a reject: \(edit), \(text(edit.bytes))"
        }
        return nil
    }

    private func text(_ bytes: [UInt8]) -> String { Excerpt.printable(bytes, isCut: false) }
}
