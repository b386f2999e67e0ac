import Foundation
import Glibc
import SyncCore
import TestSupport
import Testing

@testable import SyncStorage

@Suite("What is known of a large table, in a file")
struct IndexFolderTests {
    @Test("every decision is the same in memory and in a file", arguments: 1...8 as ClosedRange<UInt64>)
    func sameDecisions(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let hasher = UserHasher()
        var rows: [String: TestUser] = [:]
        for _ in 0..<2000 { TestUser.random(names: 1500, times: 3, using: &generator).fold(into: &rows) }
        // One that is large enough from the beginning, and one that grows from memory into a file.
        let places = [IndexFolder(folder.path), IndexFolder(folder.path, maximumAnonymousBytes: 10_000)]
        let first = try await filter(of: rows, hasher, in: places[0], expecting: rows.count)
        let others = [
            try await filter(of: rows, hasher, in: places[1], expecting: rows.count),
            try await filter(of: rows, hasher, in: places[1], expecting: 10),
        ]
        for _ in 1...2 {
            for filter in [first] + others { filter.beginAttempt(.delta) }
            for _ in 0..<3000 {
                let user = TestUser.random(names: 2000, times: 3, using: &generator)
                let expected = judge(user, first)
                for filter in others { #expect(judge(user, filter) == expected) }
            }
            let expected = end(of: first, rows)
            #expect(expected.counts.skipped > 0 && !expected.held.isEmpty && expected.missing > 0)
            for filter in others { #expect(end(of: filter, rows) == expected) }
        }
    }

    @Test("a forecast is the same when the index grows out of memory, and says when it cannot")
    func forecast() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var outcomes: [SyncForecast.Outcome] = []
        for place in [IndexFolder("/nowhere"), IndexFolder(folder.path, maximumAnonymousBytes: 10_000)] {
            let forecast = try forecast(in: place)
            #expect(forecast.failure == nil)
            outcomes.append(forecast.outcome())
        }
        #expect(outcomes[0].inserted > 900 && outcomes[0] == outcomes[1])
        #expect(try forecast(in: IndexFolder("/nowhere", maximumAnonymousBytes: 10_000)).failure?.folder == "/nowhere")
    }

    @Test("the file has no name, is nobody else's, has its space, and goes with the index")
    func file() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let bytes = 3 << 20 + 1
        var place: MappedPlace
        do {
            let file = try IndexFile.reserve(bytes: bytes, in: folder.path)
            var facts = stat()
            #expect(fstat(file.descriptor, &facts) == 0)
            #expect(facts.st_nlink == 0 && facts.st_mode & 0o777 == 0o600)
            #expect(facts.st_size == bytes && facts.st_blocks * 512 >= bytes)
            #expect(fcntl(file.descriptor, F_GETFD) & FD_CLOEXEC != 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            let memory = try MappedIndexMemory(file, bytes: bytes, folder: folder.path)
            #expect(memory.bytes.count == bytes && memory.bytes.allSatisfy { $0 == 0 })
            #expect(try openFiles(in: folder) == 1)
            place = MappedPlace(memory.bytes)
            #expect(place.file?.hasPrefix(folder.path) == true)
            withExtendedLifetime((file, memory)) {}
        }
        #expect(try openFiles(in: folder) == 0)
        #expect(place.file?.hasPrefix(folder.path) != true)
        do {
            let memory = try IndexFolder(folder.path, maximumAnonymousBytes: bytes - 1).memory(bytes: bytes)
            place = MappedPlace(memory.bytes)
            #expect(place.file?.hasPrefix(folder.path) == true)
            #expect(try openFiles(in: folder) == 0)
            withExtendedLifetime(memory) {}
        }
        #expect(place.file?.hasPrefix(folder.path) != true)
    }

    @Test("without room or a folder the reason is said, and nothing is left")
    func noPlace() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var facts = statvfs()
        #expect(statvfs(folder.path, &facts) == 0)
        // More than the disk has, and a little more than is free: both are refused before anything is written.
        for bytes in [1 << 61, Int(facts.f_bavail * facts.f_frsize) + 8 << 30] {
            let error = #expect(throws: IndexPlaceError.self) {
                try IndexFile.reserve(bytes: bytes, in: folder.path)
            }
            #expect(error?.problem == "No space left on device" && error?.bytes == bytes)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        try await eventually("nothing is open") { try openFiles(in: folder) == 0 }
        for (path, problem) in [("/nowhere", "No such file"), ("/dev/null", "Not a directory")] {
            let place = IndexFolder(path, maximumAnonymousBytes: 0)
            do throws(IndexPlaceError) {
                _ = try await place.index(expecting: 1000)
                Issue.record("\(path) took a file")
            } catch {
                #expect(error.description.contains("1 MB in \(path)") && error.description.contains("set TMPDIR"))
                #expect(error.problem.hasPrefix(problem))
            }
        }
    }

    // MARK: Helpers

    private struct End: Equatable {
        var counts: DeltaFilter.Counts
        var held: [[UInt8]]
        var missing: Int
        var live: Int
        var newer: Int
        var touched: Int
    }

    private func end(of filter: DeltaFilter, _ rows: [String: TestUser]) -> End {
        var held: [[UInt8]] = []
        filter.releaseHeld { held.append(Array($0.userName) + Array($0.email)) }
        var proof = filter.beginProof()
        // Every other row has gone.
        for (offset, row) in rows.values.sorted(by: { $0.name < $1.name }).enumerated() where offset % 2 == 0 {
            withRecord(row) { filter.check(TableUser($0), in: &proof) }
        }
        return End(
            counts: filter.counts, held: held, missing: filter.missingUsers, live: filter.liveUsers,
            newer: filter.newerUsers, touched: proof.touched)
    }

    private func filter(
        of rows: [String: TestUser], _ hasher: UserHasher, in place: IndexFolder, expecting users: Int
    ) async throws -> DeltaFilter {
        var index = try await place.index(expecting: users)
        for row in rows.values { try withRecord(row) { try index.insert(TableUser($0), hasher) } }
        return DeltaFilter(hasher: hasher, index: index, mode: .delta)
    }

    private func forecast(in place: IndexFolder) throws -> SyncForecast {
        let memory = try place.memory(bytes: UserIndex.byteCount(expecting: 0))
        var forecast = SyncForecast(
            hasher: UserHasher(), index: UserIndex(expecting: 0, memory: memory, growingIn: place))
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<3000 {
            withRecord(.random(names: 1000, times: 3, using: &generator)) { forecast.receive($0) }
        }
        return forecast
    }

    private func withRecord<Result>(_ user: TestUser, _ body: (UserRecord) throws -> Result) rethrows -> Result {
        var (name, email) = (user.name, user.email)
        return try name.withUTF8 { name in
            try email.withUTF8 { email in
                try body(
                    UserRecord(
                        legacyID: user.id, userName: UnsafeRawBufferPointer(name),
                        email: UnsafeRawBufferPointer(email), createdAt: user.createdAt, deleted: user.deleted))
            }
        }
    }

    private func openFiles(in folder: TemporaryFolder) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
            return target?.hasPrefix(folder.path) == true
        }
    }
}

/// A place in memory, and the file that the kernel has mapped exactly there, if any. Asked for one place, since the whole list in
/// `/proc/self/maps` is not of one moment: other tests map and unmap meanwhile, and then it repeats lines or leaves some out.
private struct MappedPlace {
    let link: String

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = Int(bitPattern: bytes.baseAddress)
        let end = start + (bytes.count + page - 1) / page * page
        link = "/proc/self/map_files/\(String(start, radix: 16))-\(String(end, radix: 16))"
    }

    var file: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: link) }
}
