import Foundation
import TestSupport
import Testing

/// What a build takes is what was looked at.
@Suite("Pinned versions")
struct PinTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOfFile: packageRoot + "/" + path, encoding: .utf8)
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: packageRoot + "/" + folder).map { "\(folder)/\($0)" }
    }

    @Test("every Swift package has one exact version, the same in both lists")
    func swift() throws {
        let listed = Dictionary(
            uniqueKeysWithValues: try text("scripts/swift-packages.txt").split(separator: "\n")
                .filter { $0.hasPrefix("https://") }.map { line in
                    let words = line.split(separator: " ")
                    return (words[0], words[1])
                })
        let manifest = try text("Package.swift")
        let packages = manifest.matches(of: #/\.package\(url: "([^"]+)", exact: "([0-9.]+)"/#)
        #expect(packages.count == manifest.matches(of: #/\.package\(url:/#).count && !packages.isEmpty)
        for package in packages { #expect(listed[package.1] == package.2, "\(package.1)") }
    }

    @Test("every Python package has one version, and the hash of its file")
    func python() throws {
        let lists = try files("scripts").filter { $0.contains(#/requirements.*\.txt$/#) }
        #expect(lists.count > 5)
        for list in lists {
            let lines = try text(list).replacing("\\\n", with: " ").split(separator: "\n").filter { $0.contains("==") }
            for line in lines where !line.hasPrefix("#") {
                #expect(line.contains(#/^[A-Za-z0-9._\[\]-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}/#), "\(list): \(line)")
            }
        }
    }

    @Test("every image that a build or a service pulls has one version and its digest")
    func images() throws {
        let wanted = try text("infra/pin").matches(of: #/(?m)^    (\w+_IMAGE)=(\S+)$/#)
        let pins = try text("infra/pins.env").split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(wanted.count == 4 && pins.count == wanted.count)
        for (pin, image) in zip(pins, wanted) {
            #expect(pin.hasPrefix("\(image.1)=\(image.2)@sha256:") && pin.contains(#/@sha256:[0-9a-f]{64}$/#), "\(pin)")
        }
    }

    @Test("every action of a workflow is named by its commit")
    func actions() throws {
        let actions = try files(".github/workflows").flatMap {
            try text($0).matches(of: #/uses: (\S+)/#).map { String($0.1) }
        }
        #expect(!actions.isEmpty)
        for action in actions where !action.hasPrefix("./") {
            #expect(action.contains(#/@[0-9a-f]{40}$/#), "\(action)")
        }
    }
}
