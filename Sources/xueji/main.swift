import Glibc
import Node

exit(await XuejiCommand.runProgram(Array(CommandLine.arguments.dropFirst())))
