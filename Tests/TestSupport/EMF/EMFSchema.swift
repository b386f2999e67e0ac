import Foundation

/// The published rules of the CloudWatch Embedded Metric Format, checked by a validator that is not ours (Python's jsonschema).
package enum EMFSchema {
    /// What is wrong with the lines, one text a problem; empty when every line is a valid document.
    /// - Throws: ``TestSupportError`` when the validator cannot run.
    package static func problems(in lines: [String]) async throws -> [String] {
        let folder = try TemporaryFolder(prefix: "emf")
        defer { folder.remove() }
        let file = folder.file("lines")
        let text = lines.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let here = "\(packageRoot)/Tests/TestSupport/EMF"
        let result = try await ChildProcess.run(
            PythonEnvironment.python(), ["\(here)/validate_emf.py", "\(here)/emf.schema.json", file])
        let problems = result.output.split(separator: "\n").map(String.init)
        guard result.status == 0 || (result.status == 1 && !problems.isEmpty) else {
            throw TestSupportError("the EMF validator failed: \(result.errorOutput)")
        }
        return problems
    }
}
