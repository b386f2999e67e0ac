import SyncCore
import Testing

@Suite("Message identity")
struct MessageIdentityTests {
    @Test("the group is the lane")
    func group() {
        #expect(MessageIdentity(syncID: 1, attempt: 2, number: 3, lane: 31).groupID == "u31")
    }

    @Test("sync, attempt and batch each make another deduplication id, whatever their digits")
    func deduplication() {
        var seen: Set<String> = []
        for syncID in [1, 11, 111, Int64.max] {
            for attempt in [1, 11, 111] {
                for number in [1, 11, 111, Int64.max] {
                    let identity = MessageIdentity(syncID: syncID, attempt: attempt, number: number, lane: 0)
                    #expect(seen.insert(identity.deduplicationID).inserted)
                    #expect(identity.deduplicationID.utf8.count <= 128)
                    #expect(identity.deduplicationID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
                }
            }
        }
        #expect(MessageIdentity(syncID: 12, attempt: 1, number: 345, lane: 0).deduplicationID == "s12a1b345")
    }

    @Test("the same batch sent again has the same deduplication id")
    func stable() {
        let first = MessageIdentity(syncID: 1, attempt: 1, number: 9, lane: 3)
        let again = MessageIdentity(syncID: 1, attempt: 1, number: 9, lane: 3)
        #expect(first.deduplicationID == again.deduplicationID)
    }

    @Test("both identifiers are read back, also those of a message that was sent again", arguments: [nil, "8f3a"])
    func readBack(redrive: String?) {
        let identity = MessageIdentity(syncID: 12, attempt: 3, number: 345, lane: 7, redrive: redrive)
        #expect(
            MessageIdentity(groupID: identity.groupID, deduplicationID: identity.deduplicationID) == identity)
    }

    @Test(
        "identifiers of others are not taken for ours",
        arguments: [
            (nil, "s1a1b1"), ("u1", nil), ("g1", "s1a1b1"), ("u", "s1a1b1"), ("u1x", "s1a1b1"), ("u1", "s1a1"),
            ("u1", "s1a1b"), ("u1", "s1a1b1x"), ("u1", "1a1b1"), ("u1", "s99999999999999999999a1b1"), ("u-1", "s1a1b1"),
        ] as [(String?, String?)])
    func foreign(group: String?, deduplication: String?) {
        #expect(MessageIdentity(groupID: group, deduplicationID: deduplication) == nil)
    }
}
