import ArgumentParser

/// Refuses option values that make no sense, by the option's name.
enum Check {
    static func rate(_ value: Double, _ option: String) throws {
        guard (0...1).contains(value) else { throw ValidationError("\(option) must be between 0 and 1, not \(value).") }
    }

    static func range(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "\(option) must be between \(range.lowerBound) and \(range.upperBound), not \(value).")
        }
    }

    static func seconds(_ value: Double, _ option: String) throws {
        guard (0...86_400).contains(value) else {
            throw ValidationError("\(option) must be between 0 and 86400 seconds, not \(value).")
        }
    }
}
