import Foundation
import TestSupport
import Testing

@testable import AWSClientSupport

@Suite("AWS files beside botocore (Integration, needs Python)")
struct BotocoreFilesIntegrationTests {
    @Test(
        "made-up files hold the profiles, sessions and services that botocore reads in them",
        arguments: [20_240_229, 7])
    func agreesWithBotocore(seed: Int) async throws {
        let count = 1_000
        let cases = try await BotocoreFiles.read(seed: seed, count: count)
        #expect(cases.count == count)
        var (refused, profiles, nested, endpoints) = (0, 0, 0, 0)
        for expected in cases {
            let place: Comment = "seed \(seed), files \(expected.index): \(expected.texts)"
            guard let shared = expected.shared() else {
                refused += 1
                #expect(expected.error, place)
                continue
            }
            guard !expected.error else {
                Issue.record("botocore refuses these: \(expected.texts)")
                continue
            }
            #expect(shared.profiles == BotocoreFiles.settings(expected.profiles), place)
            #expect(shared.ssoSessions == BotocoreFiles.settings(expected.ssoSessions), place)
            #expect(shared.services == BotocoreFiles.settings(expected.services), place)
            profiles += shared.profiles.count
            nested += shared.profiles.values.flatMap(\.values).count { if case .nested = $0 { true } else { false } }
            for (profile, endpoint) in expected.endpoints where !profile.isEmpty {
                #expect(try expected.endpoint(of: profile) == endpoint, "\(place), profile \(profile)")
                endpoints += endpoint == nil ? 0 : 1
            }
        }
        #expect(refused > count / 20 && refused < count / 2, "files that are refused are represented, and not too much")
        #expect(profiles > count && nested > count / 20 && endpoints > count / 20)
        print(
            "AWS files: \(count) pairs of seed \(seed) compared with botocore: \(refused) refused by both, \(profiles) profiles, "
                + "\(nested) nested settings, \(endpoints) endpoints")
    }
}
