"""The words of the story: what a council, a firm and LGA staff write in it."""

TITLE = "How might we keep young street trees alive through their first three summers?"
DOCUMENT = """Tree services: note for the autumn board

Problem
We plant about 600 young trees along our streets each winter and lose nearly a third of them to drought before they
are three years old. Watering crews follow a fixed round whatever the weather, so some saplings stand in wet soil
while others a street away dry out. We need an app that tells crews where to go.

Users
A watering crew leader needs to know each morning which young trees are short of water, so that the bowser goes to
those first. Residents who look after a tree outside their home want to know when it needs a bucket.

What has been tried
Slow-release watering bags on two streets, which were often found empty. A volunteer rota ended after one summer.

Problem owner: Head of tree services

Approvals given so far
"""
PROBLEM = """We plant about 600 young trees along our streets each winter and lose nearly a third of them to drought
before they are three years old. Watering crews follow a fixed round whatever the weather, so some saplings stand in wet
soil while others a street away dry out. Each tree that dies costs about £400 to replace."""
STAFF_ASKS = "Say what each lost tree costs, and describe the problem without the app."
SOLUTION = "RootWatch"
PROFILE = """Summary
Shows which young street trees are short of water each morning, from small soil moisture probes at their roots, so that
watering crews go first to the saplings that would otherwise die of drought.

Problem
Councils lose newly planted street trees to drought because watering rounds follow a calendar and not the soil. Some
saplings are watered while wet, others dry out and die in their first three summers.

How it works
A probe at the root ball of one tree in five measures soil moisture and sends it over a low-power network. With the
weather forecast the service estimates every young tree on the street, and lists for the crew leader which trees the
bowser should visit today. Residents who look after a tree can ask for a message when it needs a bucket of water.
"""
NOT_FOR_US = "It is about another service altogether."
NOTE = "Two summers of readings from London clay, and crews who already work from the list."
INVITATION = "Please show it to our watering crews in March."
