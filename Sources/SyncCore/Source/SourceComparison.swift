/// Compares one profile with the ones before it.
struct SourceComparison {
    let profile: SourceProfile
    /// At least one.
    let earlier: [SourceProfile]

    typealias Bounds = SourceChange.Bounds

    func users() -> [SourceChange] {
        let usual = Self.median(earlier.map { Double($0.users) })
        let difference = Double(profile.users) - usual
        guard usual > 0, Self.reaches(abs(difference), Bounds.records) else { return [] }
        let percent = abs(difference) / usual * 100
        let isFewer = difference < 0
        guard Self.reaches(percent, isFewer ? Bounds.fewerPercent : Bounds.morePercent) else { return [] }
        let measure =
            earlier.count == 1 ? "the last completed sync" : "the median of the last \(earlier.count) completed syncs"
        return [
            SourceChange(
                kind: isFewer ? .fewerUsers : .moreUsers, subject: nil, usual: Int(usual.rounded()), now: profile.users,
                message: "\(Self.percent(percent / 100)) \(isFewer ? "fewer" : "more") users than \(measure)")
        ]
    }

    /// Each field that a sync reads: whether it is missing, null or of another type more often. Only syncs that read it too say
    /// what is usual, so an extra field is compared from its second sync on.
    func fields() -> [SourceChange] {
        profile.fields.flatMap { field in
            [
                (SourceChange.Kind.fieldMissing, \SourceProfile.Field.absent, "is missing"),
                (.fieldNull, \.null, "is null"), (.fieldType, \.mistyped, "has another type"),
            ].compactMap { kind, count, what in
                grown(
                    kind, field.name, field[keyPath: count],
                    usual: { $0.fields.first { $0.name == field.name }?[keyPath: count] }
                ) { "`\(field.name)` \(what) in \($0) of records (was \($1))" }
            }
        }
    }

    /// Each reason for rejects, but those that a change of a field explains.
    func rejects() -> [SourceChange] {
        let explained = Set(fields().compactMap(Self.reason))
        return profile.rejects.filter { !explained.contains($0.key) }.sorted { $0.key < $1.key }.compactMap {
            reason, count in
            grown(.rejects, reason, count, usual: { $0.rejects[reason] ?? 0 }) {
                "rejects with the reason `\(reason)`: \($0) of records (was \($1))"
            }
        }
    }

    func deleted() -> [SourceChange] {
        let now = Self.share(profile.deleted, of: profile.users)
        let usual = Self.median(earlier.map { Self.share($0.deleted, of: $0.users) })
        guard Self.reaches(abs(now - usual) * 100, Bounds.deletedPoints),
            Self.reaches(abs(now - usual) * Double(profile.users), Bounds.records)
        else { return [] }
        return [
            SourceChange(
                .deleted, nil, now, usual,
                "\(Self.percent(now)) of users are marked as deleted (was \(Self.percent(usual)))")
        ]
    }

    /// Fields that no sync reads: new ones, and those that are gone.
    func unknownFields() -> [SourceChange] {
        // A name that an earlier profile had no room for may be old.
        let allAreListed = earlier.allSatisfy { $0.unlistedRecords == 0 }
        let new = profile.unknownFields.compactMap { field in
            let usual = usualShare { $0.records(with: field.name) }
            guard allAreListed, usual == 0 else { return nil as SourceChange? }
            return grown(
                .fieldNew, field.name, field.records, usual: { $0.records(with: field.name) }
            ) { now, _ in "field `\(field.name)` is new in \(now) of records" }
        }
        let names = Set(earlier.flatMap { $0.unknownFields.map(\.name) })
            .subtracting(profile.unknownFields.map(\.name)).subtracting(profile.fields.map(\.name))
        let gone = names.sorted().compactMap { name in
            guard let usual = usualShare({ $0.records(with: name) }) else { return nil as SourceChange? }
            let records = usual * Double(profile.records)
            guard profile.unlistedRecords == 0, Self.reaches(usual * 100, Bounds.points),
                Self.reaches(records, Bounds.records)
            else {
                return nil
            }
            return SourceChange(
                .fieldGone, name, 0, usual, "field `\(name)` is gone (was in \(Self.percent(usual)) of records)")
        }
        let unlisted = grown(.unlistedFields, nil, profile.unlistedRecords, usual: \.unlistedRecords) {
            "more than \(UnknownFields.capacity) unknown fields: \($0) of records have some that are not listed (was \($1))"
        }
        return new + gone + (unlisted.map { [$0] } ?? [])
    }

    // MARK: Shares

    /// A change when the share of records has grown beyond the bounds.
    /// - Parameter message: of the share now and of the usual one.
    private func grown(
        _ kind: SourceChange.Kind, _ subject: String?, _ count: Int, usual usualCount: (SourceProfile) -> Int?,
        _ message: (String, String) -> String
    ) -> SourceChange? {
        let now = Self.share(count, of: profile.records)
        guard let usual = usualShare(usualCount), Self.reaches((now - usual) * 100, Bounds.points),
            Self.reaches((now - usual) * Double(profile.records), Bounds.records)
        else { return nil }
        return SourceChange(kind, subject, now, usual, message(Self.percent(now), Self.percent(usual)))
    }

    /// - Parameter count: nil for a profile that says nothing about it.
    /// - Returns: nil when none does.
    private func usualShare(_ count: (SourceProfile) -> Int?) -> Double? {
        let shares = earlier.compactMap { profile in count(profile).map { Self.share($0, of: profile.records) } }
        return shares.isEmpty ? nil : Self.median(shares)
    }

    /// Shares are binary fractions: 3% less 2% is a little under 1%.
    private static func reaches(_ value: Double, _ bound: Double) -> Bool { value > bound - 1e-6 }

    static func share(_ count: Int, of whole: Int) -> Double {
        whole > 0 ? Double(count) / Double(whole) : 0
    }

    /// Of an even number, the mean of the two in the middle.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let upper = sorted[...].dropFirst(sorted.count / 2).first else { return 0 }
        return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
    }

    /// `3%`, `0.4%`: with a tenth where it says something. What is not all is never 100%, and what is not nothing never 0%.
    static func percent(_ share: Double) -> String {
        var tenths = Int((share * 1000).rounded())
        if share < 1 { tenths = min(tenths, 999) }
        if share > 0, tenths == 0 { return "under 0.1%" }
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }

    /// The reject that records with such a field end as; nil when they end as none: an extra field may be missing or null.
    private static func reason(_ change: SourceChange) -> String? {
        guard let field = UserField.all.first(where: { $0.jsonKey == change.subject }) else {
            return change.kind == .fieldType ? Reject.Reason.invalidField.rawValue : nil
        }
        return (change.kind == .fieldMissing ? Reject.Reason.missingField : field.invalid).rawValue
    }
}

extension SourceChange {
    fileprivate init(_ kind: Kind, _ subject: String?, _ now: Double, _ usual: Double, _ message: String) {
        func millionths(_ share: Double) -> Int { Int((share * 1_000_000).rounded()) }
        self.init(kind: kind, subject: subject, usual: millionths(usual), now: millionths(now), message: message)
    }
}

extension SourceProfile {
    /// A share for a person: `3%`, `0.4%`.
    package static func percent(_ count: Int, of whole: Int) -> String {
        SourceComparison.percent(SourceComparison.share(count, of: whole))
    }

    /// Records that had the field, whether a sync read it then or not: it may have become an extra field since, or ceased to be one.
    fileprivate func records(with name: String) -> Int {
        if let field = fields.first(where: { $0.name == name }) { return records - field.absent }
        return unknownFields.first { $0.name == name }?.records ?? 0
    }
}
