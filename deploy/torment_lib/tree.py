"""The units of a torment: fourteen nodes on five tiers, and two schools that live on their county's node.

Division codes are real, names are made up. One school stands directly under a city, one county directly under a province.
"""

from dataclasses import dataclass

CENTRE = "000000"
HEADER = "code,name,tier,competent,territorial,kind,stages,years,owner,urban"


@dataclass(eq=False)
class Unit:
    code: str
    name: str
    tier: str
    competent: str | None
    node: str
    territorial: str = ""
    kind: str = ""
    stages: str = ""
    years: str = ""
    owner: str = ""
    urban: str = ""

    @property
    def has_node(self):
        return self.node == self.code

    @property
    def line(self):
        return ",".join([self.code, self.name, self.tier, self.competent or "", self.territorial, self.kind, self.stages,
                         self.years, self.owner, self.urban])


def authority(code, name, tier, competent):
    return Unit(code, name, tier, competent, code)


def school(code, name, county, competent=None, node=None):
    return Unit(code, name, "school", competent or county, node or code, county, "211", "1", "6", "831", "111")


UNITS = [
    authority(CENTRE, "教育部学籍管理中心（试验）", "centre", None),
    authority("440000", "广东省教育厅（试验）", "province", CENTRE),
    authority("430000", "湖南省教育厅（试验）", "province", CENTRE),
    authority("440100", "广州市教育局（试验）", "city", "440000"),
    authority("430100", "长沙市教育局（试验）", "city", "430000"),
    authority("440106", "广州市天河区教育局（试验）", "county", "440100"),
    authority("440113", "广州市番禺区教育局（试验）", "county", "440100"),
    authority("430104", "长沙市岳麓区教育局（试验）", "county", "430100"),
    authority("430124", "宁乡市教育局（试验）", "county", "430000"),
    school("2144000201", "天河区试验第一小学", "440106"),
    school("2144000202", "番禺区试验小学", "440113"),
    school("2144000203", "广州市试验直属小学", "440106", competent="440100"),
    school("2143000204", "岳麓区试验小学", "430104"),
    school("2143000205", "宁乡市试验小学", "430124"),
    school("2144000206", "番禺区试验中心小学", "440113", node="440113"),
    school("2143000207", "岳麓区试验教学点", "430104", node="430104"),
]

BY_CODE = {unit.code: unit for unit in UNITS}
NODES = [unit for unit in UNITS if unit.has_node]
SCHOOLS = [unit for unit in UNITS if unit.tier == "school"]
# Authorities that schools submit to.
JUDGES = [BY_CODE[code] for code in sorted({unit.competent for unit in SCHOOLS})]


def csv():
    """As `units import` takes it; the centre made itself."""
    return "\n".join([HEADER] + [unit.line for unit in UNITS[1:]]) + "\n"


# Schools that were moved, with their former authority.
FORMER = {}


def move(code, to):
    """A school has another competent authority from now on."""
    if BY_CODE[code].competent != to:
        FORMER[code] = BY_CODE[code].competent
        BY_CODE[code].competent = to


def follow(entries):
    """Takes the moves of a ledger over."""
    for entry in entries:
        if entry["act"] == "move":
            move(entry["unit"], entry["to"])


def path(code):
    """The unit itself and all above it."""
    found = []
    while code:
        found.append(code)
        code = BY_CODE[code].competent
    return found


def nodes_above(code):
    """The nodes on the path of a unit, its own first, each once."""
    found = []
    for one in path(code):
        if BY_CODE[one].node not in found:
            found.append(BY_CODE[one].node)
    return found


def as_dictionaries():
    """For `stores.Inspection`."""
    return {unit.code: {"unit": unit.code, "competent": unit.competent, "node": unit.node} for unit in UNITS}
