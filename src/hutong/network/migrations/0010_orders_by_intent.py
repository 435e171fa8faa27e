from django.db import migrations, models

# What the home venue tells is one reaction now. It goes on where the earliest of those before was.
GO_ON = """
    INSERT INTO journal_cursor (reaction, position)
    SELECT 'trade.telling', min(position) FROM journal_cursor
    WHERE reaction IN ('trade.of_intent', 'trade.of_deposit', 'trade.of_call', 'trade.of_lot',
        'trade.of_deal', 'trade.of_signing', 'trade.of_price', 'trade.of_closing',
        'trade.of_return', 'trade.of_ending')
    HAVING count(*) > 0
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0005_parts_of_content"),
        ("network", "0009_clearing_lines_set_aside"),
    ]

    operations = [
        migrations.RemoveField(model_name="foreignorder", name="deal"),
        migrations.AddField(
            model_name="foreignorder", name="person", field=models.UUIDField(null=True)
        ),
        migrations.RunSQL(GO_ON, migrations.RunSQL.noop),
    ]
