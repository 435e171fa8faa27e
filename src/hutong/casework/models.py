"""One row a case somebody took; it says who, and until when."""

from django.db import models

from hutong.casework.rules import Claim


class Taken(models.Model):
    case = models.CharField(primary_key=True, max_length=200)
    person = models.UUIDField()
    taken_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "until"], name="casework_taken_by")]

    def claim(self) -> Claim:
        return Claim(person=self.person, until=self.until)
