"""Who can sign in to the demo, and the one password that works nowhere else."""

from dataclasses import dataclass

DEMO_PASSWORD = "showcase-demo-2026"


@dataclass(frozen=True)
class Person:
    """A demo sign-in."""

    email: str
    name: str
    role: str
    organisation: str
    """"host", a council's GSS code, or the key of a seeded firm."""


PEOPLE = (
    Person("staff@lga.demo.example", "Robin Ashworth", "LGA staff", "host"),
    Person("officer@camden.demo.example", "Amina Okafor", "officer of a London borough (Camden)", "E09000007"),
    Person("officer@durham.demo.example", "Tom Hedley", "officer of a unitary council (Durham)", "E06000047"),
    Person("founder@dampsense.demo.example", "Priya Nair", "founder of an SME (DampSense)", "dampsense"),
    Person("founder@lingua.demo.example", "Mateusz Zielinski", "founder of an SME (Lingua Fair)", "lingua"),
)
COUNCIL_DOMAINS = {"camden.demo.example": "E09000007", "durham.demo.example": "E06000047"}
